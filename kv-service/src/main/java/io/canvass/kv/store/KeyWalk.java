package io.canvass.kv.store;

import java.util.Arrays;

import io.canvass.raft.core.Bytes;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/** Goes over the keys that exist at one revision. For one thread. */
abstract sealed class KeyWalk implements AutoCloseable {
    /** To the first key that is not below {@code start}. */
    abstract void first(byte[] start);

    /** To the last key below {@code end}. */
    abstract void lastBefore(byte[] end);

    /** To the last key of all. */
    abstract void last();

    abstract void next();

    abstract void previous();

    abstract boolean isValid();

    abstract byte[] key();

    abstract StoredValue entry();

    @Override
    public abstract void close();

    /** As the keys stand: over the index. */
    static final class Current extends KeyWalk {
        private final Database database;
        private final ReadOptions options;
        private final RocksIterator index;

        Current(Database database, ReadOptions options) {
            this.database = database;
            this.options = options;
            index = database.iterator(database.index(), options);
        }

        @Override
        void first(byte[] start) {
            index.seek(start);
        }

        @Override
        void lastBefore(byte[] end) {
            index.seekForPrev(end);
            if (index.isValid() && Arrays.equals(index.key(), end)) {
                index.prev();
            }
        }

        @Override
        void last() {
            index.seekToLast();
        }

        @Override
        void next() {
            index.next();
        }

        @Override
        void previous() {
            index.prev();
        }

        @Override
        boolean isValid() {
            if (!index.isValid()) {
                Database.requireSound(index);
            }
            return index.isValid();
        }

        @Override
        byte[] key() {
            return index.key();
        }

        @Override
        StoredValue entry() {
            return Reads.existing(database, options, Bytes.wrap(index.key()), KeyState.decode(index.value()));
        }

        @Override
        public void close() {
            index.close();
        }
    }

    /** As they stood: over the versions, from one key that existed then to the next. */
    static final class Past extends KeyWalk {
        private final RocksIterator versions;
        private final long revision;
        /** Of the row that the iterator is at, while it is valid. */
        private byte[] key = new byte[0];

        Past(Database database, ReadOptions options, long revision) {
            versions = database.iterator(database.versions(), options);
            this.revision = revision;
        }

        @Override
        void first(byte[] start) {
            versions.seek(KeyLayout.versionsStart(start));
            settleForward();
        }

        @Override
        void lastBefore(byte[] end) {
            versions.seekForPrev(KeyLayout.versionsStart(end));
            settleBackward();
        }

        @Override
        void last() {
            versions.seekToLast();
            settleBackward();
        }

        @Override
        void next() {
            versions.seek(KeyLayout.versionsEnd(key));
            settleForward();
        }

        @Override
        void previous() {
            versions.seekForPrev(KeyLayout.versionsStart(key));
            settleBackward();
        }

        private void settleForward() {
            while (versions.isValid()) {
                byte[] row = versions.key();
                key = KeyLayout.keyOf(row);
                if (KeyLayout.revisionOf(row) > revision) {
                    byte[] wanted = KeyLayout.versionKey(key, revision);
                    versions.seek(wanted);
                    if (!versions.isValid() || !KeyLayout.sameKey(versions.key(), wanted)) {
                        // It was created later; the iterator is at another key already.
                        continue;
                    }
                }
                if (existed()) {
                    return;
                }
                versions.seek(KeyLayout.versionsEnd(key));
            }
        }

        private void settleBackward() {
            while (versions.isValid()) {
                key = KeyLayout.keyOf(versions.key());
                byte[] wanted = KeyLayout.versionKey(key, revision);
                versions.seek(wanted);
                if (versions.isValid() && KeyLayout.sameKey(versions.key(), wanted) && existed()) {
                    return;
                }
                versions.seekForPrev(KeyLayout.versionsStart(key));
            }
        }

        private boolean existed() {
            return versions.value()[0] != KeyLayout.DELETE;
        }

        @Override
        boolean isValid() {
            if (!versions.isValid()) {
                Database.requireSound(versions);
            }
            return versions.isValid();
        }

        @Override
        byte[] key() {
            return key;
        }

        @Override
        StoredValue entry() {
            return KeyLayout.stored(Bytes.wrap(key), KeyLayout.revisionOf(versions.key()), versions.value())
                    .orElseThrow();
        }

        @Override
        public void close() {
            versions.close();
        }
    }
}
