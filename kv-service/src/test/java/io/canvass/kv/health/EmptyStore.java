package io.canvass.kv.health;

import java.util.List;
import java.util.Optional;

import io.canvass.kv.store.KvReader;
import io.canvass.raft.core.Bytes;

/** A store at revision 1044, compacted up to 900, of which nobody asks more. */
final class EmptyStore implements KvReader {
    static final long REVISION = 1044;
    static final long COMPACT_REVISION = 900;

    @Override
    public Lookup get(Bytes key) {
        return new Lookup(REVISION, Optional.empty());
    }

    @Override
    public Page range(Bytes prefix, int limit, long maxBytes) {
        return new Page(REVISION, List.of(), false);
    }

    @Override
    public long revision() {
        return REVISION;
    }

    @Override
    public long compactRevision() {
        return COMPACT_REVISION;
    }
}
