package io.canvass.kv.store;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Get;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.proto.kv.v1.TxnDone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.canvass.kv.store.TestLog.add;
import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.between;
import static io.canvass.kv.store.TestLog.deleteRange;
import static io.canvass.kv.store.TestLog.prefix;
import static io.canvass.kv.store.TestLog.put;
import static org.assertj.core.api.Assertions.assertThat;

/** Transactions, deletions of ranges, counters. */
class KvStoreTxnTest extends StoreTest {
    private static Operation putting(String key, String value) {
        return Operation.newBuilder().setPut(put(key, value).getPut()).build();
    }

    private static Operation deleting(String key) {
        return Operation.newBuilder().setDelete(Delete.newBuilder().setKey(string(key))).build();
    }

    private static Operation deleting(KeyRange range) {
        return Operation.newBuilder().setDeleteRange(range).build();
    }

    private static Operation getting(String key) {
        return Operation.newBuilder().setGet(Get.newBuilder().setKey(string(key))).build();
    }

    private static Command then(Operation... operations) {
        return Command.newBuilder().setTxn(Txn.newBuilder().addAllThen(List.of(operations))).build();
    }

    private static Compare exists(String key, boolean expected) {
        return Compare.newBuilder()
                .setKey(string(key))
                .setRelation(Compare.Relation.EQUAL)
                .setExists(expected)
                .build();
    }

    @Test
    void allThatATransactionDoesIsOneRevisionAndEachStepSeesThoseBefore() {
        applyAll(store, List.of(put("a", "1"), put("tmp/1", "x"), put("tmp/2", "x")));

        Result result = apply(
                then(getting("a"), putting("a", "2"), getting("a"), deleting(prefix("tmp/")), deleting("no")));

        TxnDone done = result.getTxn();
        assertThat(result.getRevision()).isEqualTo(4);
        assertThat(done.getSucceeded()).isTrue();
        assertThat(done.getResults(0).getGot().getEntry().getValue()).isEqualTo(string("1"));
        assertThat(done.getResults(1).getWritten().getEntry().getVersion()).isEqualTo(2);
        assertThat(done.getResults(2).getGot().getEntry().getValue()).isEqualTo(string("2"));
        assertThat(done.getResults(3).getDeleted().getDeleted()).isEqualTo(2);
        assertThat(done.getResults(4).getDeleted().getDeleted()).isZero();
        assertThat(store.keyCount()).isEqualTo(1);
    }

    @Test
    void theOtherListIsDoneIfAComparisonDoesNotHold() {
        Txn.Builder txn = Txn.newBuilder()
                .addCompare(exists("a", true))
                .addThen(putting("a", "then"))
                .addOtherwise(putting("a", "otherwise"));

        assertThat(apply(Command.newBuilder().setTxn(txn).build()).getTxn().getSucceeded()).isFalse();
        assertThat(value("a")).isEqualTo("otherwise");
        assertThat(apply(Command.newBuilder().setTxn(txn).build()).getTxn().getSucceeded()).isTrue();
        assertThat(value("a")).isEqualTo("then");
    }

    @Test
    void oneThatOnlyReadsRaisesNoRevision() {
        apply(put("a", "1"));

        assertThat(apply(then(getting("a"), getting("b"))).getRevision()).isEqualTo(1);
        assertThat(apply(then()).getTxn().getSucceeded()).isTrue();
    }

    static Stream<Arguments> transactionsThatWriteAKeyTwice() {
        return Stream.of(
                Arguments.of("put and put", then(putting("a", "1"), putting("a", "2"))),
                Arguments.of("put and delete", then(putting("a", "1"), deleting("a"))),
                Arguments.of("put in a deleted prefix", then(putting("tmp/a", "1"), deleting(prefix("tmp/")))),
                Arguments.of("put at the start", then(deleting(between("a", "c")), putting("a", "1"))),
                Arguments.of("two ranges", then(deleting(between("a", "c")), deleting(between("b", "d")))),
                Arguments.of("two equal ranges", then(deleting(prefix("a")), deleting(prefix("a")))),
                Arguments.of(
                        "in the list that is not done",
                        Command.newBuilder()
                                .setTxn(Txn.newBuilder().addOtherwise(deleting("a")).addOtherwise(deleting("a")))
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("transactionsThatWriteAKeyTwice")
    void aKeyIsWrittenAtMostOnce(String name, Command command) {
        apply(put("a", "0"));

        assertThat(whyRefused(command)).isEqualTo(Refused.Reason.DUPLICATE_KEY);
    }

    @Test
    void rangesThatOnlyTouchAreApart() {
        applyAll(store, List.of(put("a", "1"), put("b", "1"), put("c", "1")));

        Result result = apply(then(deleting(between("a", "b")), deleting(between("b", "c")), putting("c", "2")));

        assertThat(result.hasTxn()).isTrue();
        assertThat(store.keyCount()).isEqualTo(1);
    }

    @Test
    void whatATransactionReadsIsBoundedInDecodedBytes() {
        String half = "x".repeat((int) (ApplyLimits.MAX_RESULT_BYTES / 2) - 1);
        applyAll(store, List.of(put("a", half), put("b", half), put("c", "")));

        assertThat(apply(then(getting("a"), getting("b"))).hasTxn()).isTrue();
        Refused refused = refusal(then(putting("d", "1"), getting("a"), getting("b"), getting("c")));
        assertThat(refused.getReason()).isEqualTo(Refused.Reason.RESULT_TOO_LARGE);
        assertThat(refused.getLimit()).isEqualTo(ApplyLimits.MAX_RESULT_BYTES);
        assertThat(refused.getActual()).isEqualTo(ApplyLimits.MAX_RESULT_BYTES + 1);
        assertThat(value("d")).isEqualTo("(none)");
    }

    @Test
    void nothingIsDoneIfALaterOperationCannotBe() {
        Operation leased = Operation.newBuilder().setPut(TestLog.putWithLease("b", "1", 77).getPut()).build();

        assertThat(whyRefused(then(putting("a", "1"), leased))).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
        assertThat(value("a")).isEqualTo("(none)");
    }

    @Test
    void aCommandThatContradictsItselfIsRefused() {
        Command noRange = deleteRange(KeyRange.getDefaultInstance());
        Command noBound = deleteRange(KeyRange.newBuilder().setPrefix(false).build());
        Compare lessThanThere = exists("a", true).toBuilder().setRelation(Compare.Relation.LESS).build();
        Command odd = Command.newBuilder().setTxn(Txn.newBuilder().addCompare(lessThanThere)).build();
        Command empty = then(Operation.getDefaultInstance());
        Command bounds = Command.newBuilder()
                .setAdd(Add.newBuilder().setKey(string("a")).setMinimum(2).setMaximum(1))
                .build();

        Command noKey = TestLog.once("", "d", add("a", 1));
        for (Command command : List.of(noRange, noBound, odd, empty, bounds, TestLog.grant(0), noKey)) {
            assertThat(whyRefused(command)).as("%s", command).isEqualTo(Refused.Reason.INVALID);
        }
    }

    @Test
    void aRangeIsDeletedInOneRevisionOrNotAtAll() {
        int limit = ApplyLimits.MAX_DELETED_KEYS;
        applyAll(store, IntStream.rangeClosed(0, limit).mapToObj(i -> put("k%05d".formatted(i), "")).toList());

        Refused refused = refusal(deleteRange(prefix("k")));
        assertThat(refused.getReason()).isEqualTo(Refused.Reason.TOO_MANY_KEYS);
        assertThat(refused.getLimit()).isEqualTo(limit);
        assertThat(whyRefused(then(deleting(prefix("k"))))).isEqualTo(Refused.Reason.TOO_MANY_KEYS);
        Command.Builder partial = deleteRange(prefix("k")).toBuilder();
        partial.getDeleteRangeBuilder().setPartial(true);
        Result part = apply(partial.build());
        assertThat(part.getDeleted().getDeleted()).isEqualTo(limit);
        assertThat(part.getDeleted().getMore()).isTrue();
        assertThat(store.keyCount()).isEqualTo(1);
        assertThat(part.getRevision()).isEqualTo(limit + 2);
        assertThat(apply(partial.build()).getDeleted().getMore()).isFalse();
        Result nothing = apply(deleteRange(prefix("k")));
        assertThat(nothing.getDeleted().getDeleted()).isZero();
        assertThat(nothing.getRevision()).as("nothing was changed").isEqualTo(limit + 3);
    }

    @Test
    void aRangeIsHalfOpenAndAPrefixOfAllOnesHasNoEnd() {
        ByteString ones = TestLog.string(TestLog.bytes(0xff, 0xff));
        ByteString longer = TestLog.string(TestLog.bytes(0xff, 0xff, 0x01));
        applyAll(store, List.of(
                put("a", ""), put("b", ""), put("c", ""), put(ones, ByteString.EMPTY), put(longer, ByteString.EMPTY)));

        assertThat(apply(deleteRange(between("c", "a"))).getDeleted().getDeleted()).isZero();
        assertThat(apply(deleteRange(between("a", "b"))).getDeleted().getDeleted()).isEqualTo(1);
        KeyRange prefix = KeyRange.newBuilder().setStart(ones).setPrefix(true).build();
        assertThat(apply(deleteRange(prefix)).getDeleted().getDeleted()).isEqualTo(2);
        KeyRange all = KeyRange.newBuilder().setUnbounded(true).build();
        assertThat(apply(deleteRange(all)).getDeleted().getDeleted()).isEqualTo(2);
        assertThat(store.keyCount()).isZero();
    }

    @Test
    void whatTheSameBatchWroteIsDeletedToo() {
        apply(put("a1", ""));

        List<Result> results = applyAll(store, List.of(put("a2", ""), TestLog.delete("a1"), deleteRange(prefix("a"))));

        assertThat(results.getLast().getDeleted().getDeleted()).isEqualTo(1);
        assertThat(store.keyCount()).isZero();
    }

    @Test
    void aCounterCountsAndStaysAKey() {
        assertThat(apply(add("n", 5)).getAdded().getValue()).isEqualTo(5);
        assertThat(apply(add("n", -7)).getAdded().getValue()).isEqualTo(-2);
        assertThat(value("n")).isEqualTo("-2");
        assertThat(apply(add("n", 0)).getAdded().getEntry().getVersion()).isEqualTo(3);
        long lease = apply(TestLog.grant(1000)).getLease().getId();
        apply(TestLog.putWithLease("n", "1", lease));
        apply(add("n", 1));
        assertThat(leaseOf("n")).as("a counter keeps its lease").isEqualTo(lease);
    }

    @Test
    void aCounterIsRefusedRatherThanWrong() {
        apply(put("max", Long.toString(Long.MAX_VALUE)));
        apply(put("min", Long.toString(Long.MIN_VALUE)));
        assertThat(refusal(add("max", 1)).getReason()).isEqualTo(Refused.Reason.OUT_OF_RANGE);
        assertThat(refusal(add("min", -1)).getCurrent().getValue()).isEqualTo(string(Long.toString(Long.MIN_VALUE)));
        for (String text : List.of("", "-", "+1", "1 ", "0x1", "1.0", "9223372036854775808", "\u0661")) {
            apply(put("text", text));
            assertThat(whyRefused(add("text", 1))).as(text).isEqualTo(Refused.Reason.NOT_A_NUMBER);
        }
        Command.Builder bounded = add("n", 3).toBuilder();
        bounded.getAddBuilder().setMinimum(0).setMaximum(5);
        assertThat(apply(bounded.build()).getAdded().getValue()).isEqualTo(3);
        assertThat(whyRefused(bounded.build())).isEqualTo(Refused.Reason.OUT_OF_RANGE);
        bounded.getAddBuilder().setAmount(-3);
        assertThat(apply(bounded.build()).getAdded().getValue()).isZero();
        assertThat(whyRefused(bounded.build())).isEqualTo(Refused.Reason.OUT_OF_RANGE);
    }
}
