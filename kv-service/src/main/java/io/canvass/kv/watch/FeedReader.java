package io.canvass.kv.watch;

import java.util.List;

import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;

/**
 * Reads the change feed in pages that cut no revision, unless one alone is larger than an event may be. Any thread.
 *
 * @param pageChanges of a page, roughly
 * @param pageBytes of a page, roughly
 */
record FeedReader(KvQueries queries, int pageChanges, long pageBytes) {
    /** As {@link KvQueries#changes}. Only a page's sole revision may be incomplete. */
    FeedPage read(FeedPosition from, Previous previous) {
        FeedPage page = queries.changes(from, pageChanges, pageBytes, previous);
        List<RevisionChanges> revisions = page.revisions();
        if (revisions.isEmpty() || revisions.getLast().complete()) {
            return page;
        }
        if (revisions.size() > 1) {
            long cut = revisions.getLast().revision();
            return new FeedPage(revisions.subList(0, revisions.size() - 1), FeedPosition.at(cut), cut - 1);
        }
        return first(queries.changes(from, WatchLimits.EVENT_CHANGES, WatchLimits.EVENT_BYTES, previous));
    }

    private static FeedPage first(FeedPage page) {
        RevisionChanges first = page.revisions().getFirst();
        return first.complete()
                ? new FeedPage(List.of(first), FeedPosition.at(first.revision() + 1), first.revision())
                : page;
    }
}
