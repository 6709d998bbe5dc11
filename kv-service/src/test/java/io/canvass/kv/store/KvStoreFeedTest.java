package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.compact;
import static io.canvass.kv.store.TestLog.delete;
import static io.canvass.kv.store.TestLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvStoreFeedTest extends StoreTest {
    private FeedPage page(FeedPosition from, int changes, long bytes) {
        return store.queries().changes(from, changes, bytes, Previous.WITH);
    }

    private static List<String> words(FeedPage page) {
        List<String> words = new ArrayList<>();
        page.revisions().forEach(revision -> {
            revision.changes().forEach(change -> words.add(revision.revision() + " " + word(change)));
            words.add(revision.complete() ? "." : "...");
        });
        return words;
    }

    private static String word(Change change) {
        return switch (change) {
            case Change.Put put -> put.entry().key().toUtf8() + "=" + put.entry().value().toUtf8()
                    + put.previous().map(before -> " was " + before.value().toUtf8()).orElse("");
            case Change.Delete delete -> delete.key().toUtf8() + " gone"
                    + delete.previous().map(before -> " was " + before.value().toUtf8()).orElse("");
            case Change.Lock lock -> lock.space() + " " + lock.name().toUtf8();
        };
    }

    private static Command three() {
        Txn.Builder txn = Txn.newBuilder();
        for (String key : List.of("x", "y", "z")) {
            txn.addThen(Operation.newBuilder().setPut(put(key, "1").getPut()));
        }
        return Command.newBuilder().setTxn(txn).build();
    }

    @Test
    void allChangesOfARevisionComeTogetherInTheirOrder() {
        applyAll(store, List.of(put("a", "1"), put("a", "2"), three(), delete("a")));
        apply(TestLog.acquire("l", "o", 9, false));

        FeedPage page = page(FeedPosition.at(1), 100, Long.MAX_VALUE);

        assertThat(words(page)).containsExactly(
                "1 a=1", ".", "2 a=2 was 1", ".", "3 x=1", "3 y=1", "3 z=1", ".", "4 a gone was 2", ".",
                "5 LOCK l", ".");
        assertThat(page.through()).isEqualTo(5);
        assertThat(page.next()).isEqualTo(FeedPosition.at(6));
        FeedPage empty = page(page.next(), 100, 1);
        assertThat(empty).isEqualTo(new FeedPage(List.of(), FeedPosition.at(6), 5));
        apply(put("a", "3"));
        assertThat(words(page(empty.next(), 100, 1))).containsExactly("6 a=3", ".");
    }

    @Test
    void aRevisionThatHasNoRoomIsSplitAndProgressWaitsForItsEnd() {
        applyAll(store, List.of(put("a", "1"), three(), put("b", "1")));

        FeedPage first = page(FeedPosition.at(1), 3, Long.MAX_VALUE);
        FeedPage second = page(first.next(), 3, Long.MAX_VALUE);

        assertThat(words(first)).containsExactly("1 a=1", ".", "2 x=1", "2 y=1", "...");
        assertThat(first.through()).isEqualTo(1);
        assertThat(words(second)).containsExactly("2 z=1", ".", "3 b=1", ".");
        assertThat(second.through()).isEqualTo(3);
    }

    @Test
    void bytesBoundAPageToo() {
        applyAll(store, List.of(put("a", "12345"), put("b", "12345"), put("c", "1")));

        assertThat(words(page(FeedPosition.at(1), 100, 6))).containsExactly("1 a=12345", ".");
        assertThat(words(page(FeedPosition.at(1), 100, 12))).hasSize(4);
        assertThat(words(page(FeedPosition.at(1), 100, 0))).as("one always comes").hasSize(2);
        assertThatIllegalArgumentException().isThrownBy(() -> page(FeedPosition.at(1), 0, 1));
    }

    @Test
    void whatIsCompactedIsToldAtOnceAndWhatIsNotIsWhole() {
        applyAll(store, List.of(put("a", "1"), put("a", "2"), put("a", "3"), compact(2)));

        assertThatThrownBy(() -> page(FeedPosition.at(1), 10, 10)).isInstanceOf(RevisionCompactedException.class);
        List<String> expected = List.of("2 a=2", ".", "3 a=3 was 2", ".");
        assertThat(words(page(FeedPosition.at(2), 10, 100))).isEqualTo(expected);
        StoreFiles.awaitReclaimed(store);
        assertThat(words(page(FeedPosition.at(2), 10, 100))).as("whether or not it is removed").isEqualTo(expected);
    }

    @Test
    void aResumeAfterARestartOrASnapshotGoesOnWithTheNextRevision() {
        applyAll(store, List.of(put("a", "1"), put("b", "1"), put("c", "1")));
        FeedPage first = page(FeedPosition.at(1), 2, Long.MAX_VALUE);

        crashAndRestart();
        assertThat(words(page(first.next(), 10, 100))).containsExactly("3 c=1", ".");
        installItsOwnCopy();
        assertThat(words(page(first.next(), 10, 100))).containsExactly("3 c=1", ".");
        assertThat(store.get(Bytes.ofUtf8("c")).revision()).isEqualTo(3);
    }
}
