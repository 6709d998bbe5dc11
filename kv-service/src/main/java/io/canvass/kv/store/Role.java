package io.canvass.kv.store;

import java.util.List;

import io.canvass.raft.core.Bytes;

/** A named set of rights. Immutable. */
public record Role(String name, List<Grant> grants) {
    public Role {
        grants = List.copyOf(grants);
    }

    /** @param prefix of keys or names; empty: all, and always so for a right that is on none */
    public record Grant(Right right, Bytes prefix) {
        /** Whether it is enough for all of {@code need}. */
        public boolean covers(Need need) {
            return right == Right.ADMIN
                    || (need.anyOf().contains(right)
                            && (need.isSomewhere() || KeySpan.prefix(prefix).covers(need.span())));
        }
    }
}
