package io.canvass.raft.storage;

import java.nio.file.Path;

import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** The sentences with which a directory is refused: which, what was found, what was expected, what to do now. */
final class Refusal {
    private Refusal() {}

    static StorageException of(Path directory, String found, String expected, String whatToDo) {
        return new StorageException("The Raft directory " + directory + " was not opened. Found: " + found
                + ". Expected: " + expected + ". " + whatToDo);
    }

    static StorageException of(Path directory, String found, String expected, String whatToDo, Throwable cause) {
        StorageException refusal = of(directory, found, expected, whatToDo);
        refusal.initCause(cause);
        return refusal;
    }

    static StorageException unreadable(Path directory, UnreadableException e) {
        return of(directory, e.what(), "the complete log, epoch and vote that this node has promised to keep",
                e.whatToDo(), e);
    }

    static StorageException unopenable(Path directory, RocksDBException e) {
        Status.Code code = codeOf(e);
        if (code == Status.Code.Corruption) {
            return unreadable(directory, caused(UnreadableException.damaged("damage (" + e.getMessage() + ")"), e));
        }
        return of(directory, "an error of the file system or of RocksDB (" + e.getMessage() + ")",
                "a database that opens",
                "Check the disk, free space, permissions and the limit of open files, then start this node again."
                        + " If files are lost: " + UnreadableException.REPLACE,
                e);
    }

    private static UnreadableException caused(UnreadableException unreadable, Throwable cause) {
        unreadable.initCause(cause);
        return unreadable;
    }

    static Status.Code codeOf(RocksDBException e) {
        Status status = e.getStatus();
        return status == null ? Status.Code.Undefined : status.getCode();
    }
}
