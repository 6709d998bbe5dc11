package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.raft.simulation.InvariantViolation;

/** A watcher in simulated runs: it reads changes in small pages, now from this replica and now from another, each time from where it was. */
final class FeedReader {
    private static final int PAGE = 2;

    private final SplittableRandom random;
    private final TreeMap<Long, List<String>> seen = new TreeMap<>();
    private FeedPosition position = FeedPosition.at(1);
    /** From where on it has missed nothing. */
    private long since = 1;
    private long through;

    FeedReader(int number) {
        random = new SplittableRandom(number);
    }

    void mayRead(int replica, ServiceMachine machine) {
        if (random.nextInt(8) > 0 || machine.store().revision() < position.revision()) {
            return;
        }
        try {
            for (int pages = random.nextInt(6); pages >= 0 && machine.store().revision() >= position.revision(); pages--) {
                take(replica, machine.queries().changes(position, PAGE, Long.MAX_VALUE, Previous.WITHOUT));
            }
        } catch (RevisionCompactedException e) {
            // It was away for too long: it reads everything anew, and goes on from there.
            since = machine.store().revision() + 1;
            position = FeedPosition.at(since);
            through = since - 1;
            seen.clear();
        }
    }

    private void take(int replica, FeedPage page) {
        for (RevisionChanges changes : page.revisions()) {
            if (changes.revision() < position.revision() || changes.revision() <= through) {
                throw new InvariantViolation("EachRevisionOnce", "revision " + changes.revision() + " was told again by n"
                        + replica + " after " + through);
            }
            List<String> words = seen.computeIfAbsent(changes.revision(), revision -> new ArrayList<>());
            changes.changes().forEach(change -> words.add(word(change)));
        }
        if (page.through() < through) {
            throw new InvariantViolation("EachRevisionOnce", "progress fell from " + through + " to " + page.through());
        }
        through = page.through();
        position = page.next();
    }

    private static String word(Change change) {
        return switch (change) {
            case Change.Put put -> "put " + TestLog.hex(TestLog.string(put.entry().key()));
            case Change.Delete delete -> "delete " + TestLog.hex(TestLog.string(delete.key()));
            case Change.Lock lock -> "lock " + TestLog.hex(TestLog.string(lock.name()));
        };
    }

    /** Each revision was told once and as a whole, and none was left out. */
    void requireInOrder(StoreModel model) {
        for (long revision = since; revision <= through; revision++) {
            List<String> told = seen.getOrDefault(revision, List.of());
            if (!told.equals(model.changes(revision))) {
                throw new InvariantViolation("EachRevisionOnce", "of revision " + revision + " a watcher was told " + told
                        + " instead of " + model.changes(revision));
            }
        }
        for (Map.Entry<Long, List<String>> more : seen.tailMap(through, false).entrySet()) {
            List<String> all = model.changes(more.getKey());
            if (more.getValue().size() > all.size()
                    || !more.getValue().equals(all.subList(0, more.getValue().size()))) {
                throw new InvariantViolation("EachRevisionOnce", "of revision " + more.getKey() + " a watcher was told "
                        + more.getValue() + " instead of " + all);
            }
        }
    }
}
