package io.canvass.kv.watch;

import io.canvass.kv.store.KvQueries.RevisionChanges;

/** What a watch has to say next. */
public sealed interface Signal {
    /** Nothing in the time that was given, or not yet. */
    record Quiet() implements Signal {}

    /**
     * What one revision changed in the watch's range; a very large one in several signals, of which only the last is
     * complete, and may be empty.
     */
    record Changed(RevisionChanges revision) implements Signal {}

    /** Nothing more comes. */
    record Ended(WatchEnd end) implements Signal {}
}
