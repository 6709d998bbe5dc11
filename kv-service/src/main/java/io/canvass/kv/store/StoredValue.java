package io.canvass.kv.store;

import io.canvass.raft.core.Bytes;

/**
 * A key as it stands at one revision of the store (etcd's data model).
 *
 * @param createRevision the revision that created it
 * @param modRevision the revision that last wrote it; its ETag
 * @param version how often it was written since it was created, from 1
 * @param lease 0: none
 */
public record StoredValue(Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {
    StoredValue withoutValue() {
        return new StoredValue(key, Bytes.EMPTY, createRevision, modRevision, version, lease);
    }
}
