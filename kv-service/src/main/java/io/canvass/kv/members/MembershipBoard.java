package io.canvass.kv.members;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What this node is just now; told by whoever knows it at the time. Thread-safe. */
final class MembershipBoard implements Members {
    private volatile Supplier<MemberState> state = () -> new MemberState.Forming(Map.of());
    private volatile Optional<Removal> removal = Optional.empty();

    @Override
    public MemberState state() {
        return removal.<MemberState>map(MemberState.Removed::new).orElseGet(state);
    }

    /** @param waitsFor node id to why, asked each time */
    void forming(Supplier<Map<String, String>> waitsFor) {
        state = () -> new MemberState.Forming(waitsFor.get());
    }

    /** @param now asked each time */
    void begun(Supplier<MemberState> now) {
        state = now;
    }

    /** For good. */
    void removed(Removal why) {
        removal = Optional.of(why);
    }
}
