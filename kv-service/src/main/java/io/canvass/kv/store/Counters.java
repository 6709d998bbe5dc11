package io.canvass.kv.store;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Added;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import org.rocksdb.RocksDBException;

/** Keys whose value is a decimal number of 64 bits. */
public final class Counters {
    /** Of the longest: Long.MIN_VALUE. */
    private static final int MAX_DIGITS = 20;

    private final Draft draft;
    private final Keys keys;

    Counters(Draft draft, Keys keys) {
        this.draft = draft;
        this.keys = keys;
    }

    /** The key keeps its lease. */
    Result.Builder add(Add add) throws RocksDBException {
        byte[] key = add.getKey().toByteArray();
        KeyState before = draft.key(key);
        long sum = 0;
        if (before.exists()) {
            OptionalLong number = parse(keys.withValue(add.getKey(), key, before).getValue());
            if (number.isEmpty()) {
                return refused(
                        add, key, before, Refused.Reason.NOT_A_NUMBER, "Its value is not a decimal 64-bit number.");
            }
            sum = number.getAsLong();
        }
        try {
            sum = Math.addExact(sum, add.getAmount());
        } catch (ArithmeticException e) {
            return refused(add, key, before, Refused.Reason.OUT_OF_RANGE, "The sum does not fit into 64 bits.");
        }
        if (add.hasMinimum() && sum < add.getMinimum()) {
            return refused(add, key, before, Refused.Reason.OUT_OF_RANGE, "The sum " + sum + " is below the minimum.");
        }
        if (add.hasMaximum() && sum > add.getMaximum()) {
            return refused(add, key, before, Refused.Reason.OUT_OF_RANGE, "The sum " + sum + " is above the maximum.");
        }
        KeyState after = keys.put(key, before, ByteString.copyFromUtf8(Long.toString(sum)), before.lease());
        return Result.newBuilder()
                .setAdded(Added.newBuilder().setValue(sum).setEntry(Keys.withoutValue(add.getKey(), after)));
    }

    private Result.Builder refused(Add add, byte[] key, KeyState before, Refused.Reason reason, String detail) {
        Refused.Builder refused = Refusals.of(reason, detail);
        if (before.exists()) {
            refused.setCurrent(keys.withValue(add.getKey(), key, before));
        }
        return Result.newBuilder().setRefused(refused);
    }

    /** The number that a value is: ASCII digits, a minus before them or nothing; empty if it is none. */
    public static OptionalLong parse(ByteString value) {
        int size = value.size();
        if (size == 0 || size > MAX_DIGITS) {
            return OptionalLong.empty();
        }
        for (int i = 0; i < size; i++) {
            byte each = value.byteAt(i);
            boolean sign = i == 0 && each == '-' && size > 1;
            if (!sign && (each < '0' || each > '9')) {
                return OptionalLong.empty();
            }
        }
        try {
            return OptionalLong.of(Long.parseLong(value.toString(StandardCharsets.US_ASCII)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
