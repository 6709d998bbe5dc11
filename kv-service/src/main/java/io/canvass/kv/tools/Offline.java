package io.canvass.kv.tools;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;

import io.canvass.kv.backup.InvalidSnapshotException;
import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.store.StoreException;
import io.canvass.raft.storage.StorageException;

/** What commands on files and data directories share: the failures that are told in a sentence. */
final class Offline {
    private Offline() {}

    /** @throws ToolException for whatever the operator can do something about */
    static <T> T call(Callable<T> task) throws Exception {
        try {
            return task.call();
        } catch (InvalidSnapshotException e) {
            throw refused("This is no sound snapshot: " + e.what() + ". Nothing was written. Use another one.");
        } catch (StorageException | StoreException | InvalidSettingException | IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            throw refused("There is no file " + e.getFile() + ".");
        } catch (IOException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    static ToolException refused(String sentence) {
        return new ToolException(ExitStatus.REFUSED, sentence);
    }
}
