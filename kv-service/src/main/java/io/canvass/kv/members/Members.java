package io.canvass.kv.members;

import java.util.Optional;

/** How this node stands to its cluster. Thread-safe; answered from memory. */
public interface Members {
    MemberState state();

    /** Set from the moment that this node knows of a committed configuration without it, having been a member; never unset. */
    default Optional<Removal> removed() {
        return state() instanceof MemberState.Removed(Removal removal) ? Optional.of(removal) : Optional.empty();
    }
}
