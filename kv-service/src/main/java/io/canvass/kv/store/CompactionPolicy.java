package io.canvass.kv.store;

import java.util.OptionalLong;

/**
 * Which history the leader has compacted by itself: what is older than the age, and what is further back than the
 * count. Either bound alone is enough to let it go.
 *
 * @param maxAgeMillis history is kept for so long, about 10 s more where the store is written to rarely; above zero
 * @param maxRevisions so many revisions are kept at most; above zero
 * @param stepRevisions nothing is proposed before so many revisions could go; above zero
 */
public record CompactionPolicy(long maxAgeMillis, long maxRevisions, long stepRevisions) {
    public CompactionPolicy {
        if (maxAgeMillis < 1 || maxRevisions < 1 || stepRevisions < 1) {
            throw new IllegalArgumentException("The bounds of history must be above zero: age " + maxAgeMillis
                    + " ms, " + maxRevisions + " revisions, steps of " + stepRevisions);
        }
    }

    /**
     * What to compact to; empty if it is not worth an entry yet.
     *
     * @param state of the store
     * @param atAge the store's revision at a time {@link #maxAgeMillis} ago ({@link KvQueries#revisionAt})
     */
    public OptionalLong target(StoreState state, OptionalLong atAge) {
        long byCount = state.revision() - maxRevisions;
        long target = Math.max(byCount, atAge.orElse(0));
        return target - state.compactRevision() >= stepRevisions ? OptionalLong.of(target) : OptionalLong.empty();
    }
}
