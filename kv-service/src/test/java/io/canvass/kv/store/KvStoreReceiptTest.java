package io.canvass.kv.store;

import java.util.List;
import java.util.stream.IntStream;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.store.TestLog.add;
import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.applyLater;
import static io.canvass.kv.store.TestLog.mustNotExist;
import static io.canvass.kv.store.TestLog.once;
import static io.canvass.kv.store.TestLog.provided;
import static io.canvass.kv.store.TestLog.put;
import static org.assertj.core.api.Assertions.assertThat;

/** Idempotency keys (HAZARDS H1). */
class KvStoreReceiptTest extends StoreTest {
    private static final Command ADD = once("k", "digest", add("n", 1));

    @Test
    void theSameRequestAgainGivesTheFirstResultAndDoesNothing() {
        Result first = apply(ADD);
        apply(put("other", ""));
        StoreState before = store.state();

        Result again = apply(ADD);

        assertThat(first.getReplayed()).isFalse();
        assertThat(again).isEqualTo(first.toBuilder().setReplayed(true).build());
        assertThat(store.state().stateHash()).isEqualTo(before.stateHash());
        assertThat(value("n")).isEqualTo("1");
    }

    @Test
    void inOneBatchToo() {
        List<Result> results = applyAll(store, List.of(ADD, ADD));

        assertThat(results.getLast().getReplayed()).isTrue();
        assertThat(value("n")).isEqualTo("1");
    }

    @Test
    void theSameKeyForAnotherRequestIsRefused() {
        apply(ADD);

        assertThat(whyRefused(once("k", "another", add("n", 1)))).isEqualTo(Refused.Reason.IDEMPOTENCY_KEY_REUSED);
        assertThat(apply(once("j", "another", add("n", 1))).hasAdded()).isTrue();
    }

    @Test
    void aRefusalIsKeptToo() {
        apply(put("a", "1"));
        Command create = once("k", "d", provided(mustNotExist(), put("a", "2")));
        assertThat(apply(create).hasPreconditionFailed()).isTrue();
        apply(TestLog.delete("a"));

        assertThat(apply(create).hasPreconditionFailed()).isTrue();
        assertThat(value("a")).isEqualTo("(none)");
    }

    @Test
    void itSurvivesARestartAndASnapshot() {
        Result replayed = apply(ADD).toBuilder().setReplayed(true).build();

        crashAndRestart();
        assertThat(apply(ADD)).isEqualTo(replayed);
        installItsOwnCopy();
        assertThat(apply(ADD)).isEqualTo(replayed);
        assertThat(value("n")).isEqualTo("1");
    }

    @Test
    void itIsGoodForItsAgeInTheTimeOfEntries() {
        applyLater(store, 0, ADD);

        assertThat(applyLater(store, ApplyLimits.RECEIPT_MILLIS, ADD).getReplayed()).isTrue();
        // A clock that goes back makes nothing young again.
        applyLater(store, ApplyLimits.RECEIPT_MILLIS + 1, put("x", ""));
        Result late = applyLater(store, 0, ADD);
        assertThat(late.getReplayed()).isFalse();
        assertThat(late.getAdded().getValue()).isEqualTo(2);
        assertThat(applyLater(store, 0, ADD).getReplayed()).as("it stands for the second time now").isTrue();
    }

    @Test
    void theirNumberIsBoundedAndTheOldestGoFirst() {
        int limit = (int) ApplyLimits.MAX_RECEIPTS;
        for (int from = 0; from <= limit; from += 5_000) {
            applyAll(store, IntStream.range(from, Math.min(from + 5_000, limit + 1))
                    .mapToObj(i -> once("k" + i, "d", TestLog.compact(0)))
                    .toList());
        }

        assertThat(apply(once("k1", "d", TestLog.compact(0))).getReplayed()).isTrue();
        assertThat(apply(once("k" + limit, "d", TestLog.compact(0))).getReplayed()).isTrue();
        assertThat(apply(once("k0", "d", TestLog.compact(0))).getReplayed()).as("the oldest").isFalse();
        assertThat(apply(once("k1", "d", TestLog.compact(0))).getReplayed()).as("the next had to go").isFalse();
    }

    @Test
    void theirBytesAreBoundedAndTheNewestStays() {
        String mebibyte = "x".repeat(1 << 20);
        int fit = (int) (ApplyLimits.MAX_RECEIPT_BYTES >> 20);
        apply(put("a", mebibyte));
        for (int i = 0; i < fit + 1; i++) {
            apply(once("k" + i, "d", TestLog.returningPrevious(put("a", mebibyte))));
        }

        Command newest = once("k" + fit, "d", TestLog.returningPrevious(put("a", mebibyte)));
        assertThat(apply(newest).getReplayed()).isTrue();
        Command oldest = once("k0", "d", TestLog.returningPrevious(put("a", mebibyte)));
        assertThat(apply(oldest).getReplayed()).isFalse();
    }
}
