package io.canvass.kv.cluster;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

import io.canvass.kv.config.DataPaths;
import io.canvass.kv.config.InvalidSettingException;

/** Half a restore looks like an empty directory, in which a new cluster would be formed. */
final class UnfinishedRestore {
    private UnfinishedRestore() {}

    /** @throws InvalidSettingException if a restore into this directory was interrupted, or is under way */
    static void refuse(String dataDir) {
        if (Files.exists(DataPaths.restoring(Path.of(dataDir)), LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidSettingException(
                    "kv.data-dir",
                    dataDir,
                    "a restore into it was not finished",
                    "empty the directory and restore the snapshot again");
        }
    }
}
