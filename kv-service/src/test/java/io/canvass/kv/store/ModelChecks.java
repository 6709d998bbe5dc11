package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import com.google.protobuf.ByteString;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Everything that can be read of a store, compared with a {@link StoreModel}. */
final class ModelChecks {
    private ModelChecks() {}

    static void assertSame(KvStore store, StoreModel model, List<Bytes> keys) {
        List<StoredValue> all = model.items(ByteString.EMPTY);
        assertThat(store.revision()).isEqualTo(model.revision());
        assertThat(store.keyCount()).isEqualTo(all.size());
        assertThat(store.state().compactRevision()).isEqualTo(model.compactRevision());
        for (Bytes key : keys) {
            ByteString prefix = TestLog.string(key);
            KvReader.Page page = store.range(key, 1000, Long.MAX_VALUE);
            assertThat(page).isEqualTo(new KvReader.Page(model.revision(), model.items(prefix), false));
            assertThat(store.get(key))
                    .isEqualTo(new KvReader.Lookup(
                            model.revision(),
                            all.stream().filter(item -> item.key().equals(key)).findFirst()));
            assertSameHistory(store, model, key);
        }
        assertSamePast(store, model, keys);
        assertSameFeed(store, model);
        assertSameLeases(store, model);
        model.auth().assertSame(store.auth());
    }

    private static void assertSamePast(KvStore store, StoreModel model, List<Bytes> keys) {
        for (long revision = model.compactRevision(); revision <= model.revision(); revision++) {
            List<StoredValue> then =
                    model.state(revision).values().stream().map(StoreModel::stored).toList();
            RangeQuery query = RangeQuery.of(KeySpan.ALL, 1000, Long.MAX_VALUE).at(revision);
            assertThat(store.queries().range(query).items()).isEqualTo(then);
            assertThat(store.queries().range(query.ordered(RangeQuery.Order.DESCENDING)).items())
                    .isEqualTo(then.reversed());
            Bytes key = keys.get((int) (revision % keys.size()));
            assertThat(store.queries().get(key, revision))
                    .isEqualTo(new KvReader.Lookup(
                            revision,
                            then.stream().filter(item -> item.key().equals(key)).findFirst()));
        }
        long compacted = model.compactRevision() - 1;
        if (compacted >= 0) {
            assertThatThrownBy(() -> store.queries().get(keys.getFirst(), compacted))
                    .isInstanceOf(RevisionCompactedException.class);
        }
        assertThatThrownBy(() -> store.queries().get(keys.getFirst(), model.revision() + 1))
                .isInstanceOf(RevisionInFutureException.class);
    }

    private static void assertSameHistory(KvStore store, StoreModel model, Bytes key) {
        List<KvQueries.Version> expected = new ArrayList<>();
        long compact = model.compactRevision();
        String word = TestLog.hex(TestLog.string(key));
        for (long revision = model.revision(); revision > compact; revision--) {
            if (model.changes(revision).contains("put " + word) || model.changes(revision).contains("delete " + word)) {
                expected.add(new KvQueries.Version(revision, at(model, key, revision)));
            }
        }
        at(model, key, compact)
                .ifPresent(value -> expected.add(new KvQueries.Version(value.modRevision(), Optional.of(value))));
        assertThat(store.queries().history(key, OptionalLong.empty(), 1000, Long.MAX_VALUE).versions())
                .isEqualTo(expected);
    }

    private static Optional<StoredValue> at(StoreModel model, Bytes key, long revision) {
        KeyValue value = model.state(revision).get(TestLog.string(key));
        return Optional.ofNullable(value).map(StoreModel::stored);
    }

    /** In pages of one change each, so that revisions are split. */
    private static void assertSameFeed(KvStore store, StoreModel model) {
        long first = Math.max(model.compactRevision(), 1);
        List<List<String>> seen = new ArrayList<>();
        List<String> open = new ArrayList<>();
        FeedPosition position = FeedPosition.at(first);
        while (true) {
            FeedPage page = store.queries().changes(position, 1, Long.MAX_VALUE, Previous.WITH);
            for (RevisionChanges changes : page.revisions()) {
                for (Change change : changes.changes()) {
                    open.add(word(model, changes.revision(), change));
                }
                if (changes.complete()) {
                    seen.add(open);
                    open = new ArrayList<>();
                }
            }
            if (page.through() == model.revision()) {
                break;
            }
            assertThat(page.next()).isNotEqualTo(position);
            position = page.next();
        }
        List<List<String>> expected = new ArrayList<>();
        for (long revision = first; revision <= model.revision(); revision++) {
            // A raise of the revision leaves some that nothing was changed by.
            if (!model.changes(revision).isEmpty()) {
                expected.add(model.changes(revision));
            }
        }
        assertThat(seen).isEqualTo(expected);
    }

    private static String word(StoreModel model, long revision, Change change) {
        return switch (change) {
            case Change.Put put -> {
                assertThat(at(model, put.entry().key(), revision)).contains(put.entry());
                assertThat(put.previous()).isEqualTo(before(model, put.entry().key(), revision));
                yield "put " + TestLog.hex(TestLog.string(put.entry().key()));
            }
            case Change.Delete delete -> {
                assertThat(delete.previous()).isEqualTo(before(model, delete.key(), revision));
                yield "delete " + TestLog.hex(TestLog.string(delete.key()));
            }
            case Change.Lock lock -> "lock " + TestLog.hex(TestLog.string(lock.name()));
        };
    }

    private static Optional<StoredValue> before(StoreModel model, Bytes key, long revision) {
        return revision > model.compactRevision() ? at(model, key, revision - 1) : Optional.empty();
    }

    private static void assertSameLeases(KvStore store, StoreModel model) {
        KvQueries.LeasePage page = store.queries().leases(0, 1000);
        assertThat(page.leases()).isEqualTo(model.leases().all());
        page.leases().forEach(lease -> {
            assertThat(store.queries().lease(lease.getId())).contains(lease);
            assertThat(store.queries().leaseKeys(lease.getId(), Optional.empty(), 1000).stream()
                            .map(TestLog::string)
                            .toList())
                    .isEqualTo(model.keysWithLease(lease.getId()));
        });
        for (String name : RandomCommands.LOCKS) {
            List<Ticket> queue = model.leases().queue(ByteString.copyFromUtf8(name));
            KvQueries.LockQueue found = store.queries().lock(LockSpace.LOCK, Bytes.ofUtf8(name), 1000);
            assertThat(found.holder()).isEqualTo(queue.stream().findFirst());
            assertThat(found.waiting()).isEqualTo(queue.stream().skip(1).toList());
            assertThat(found.waiters()).isEqualTo(found.waiting().size());
        }
    }
}
