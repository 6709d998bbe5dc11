package io.canvass.kv.store;

import java.nio.ByteBuffer;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.canvass.proto.kv.v1.Idempotency;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import org.rocksdb.RocksDBException;

/**
 * First results by idempotency key. The oldest go first: when one is older than {@link ApplyLimits#RECEIPT_MILLIS} in
 * the time of entries, or when there are more than {@link ApplyLimits} allows. One that is too old counts as gone even
 * while its row is still there, so nothing depends on when rows are removed.
 */
final class Receipts {
    private static final int FIXED_BYTES = 2 * Long.BYTES + 1;

    private final Draft draft;

    /** What is stored of one. */
    private record Receipt(long sequence, long timeMillis, ByteString digest, ByteString result, int rowBytes) {}

    Receipts(Draft draft) {
        this.draft = draft;
    }

    /** What the command is answered without being applied; empty if it is new. */
    Optional<Result> first(Idempotency idempotency) {
        Optional<Receipt> receipt = find(idempotency.getKey().toByteArray())
                .filter(found -> found.timeMillis() + ApplyLimits.RECEIPT_MILLIS >= draft.system().timeMillis);
        return receipt.map(found -> found.digest().equals(idempotency.getDigest())
                ? parsed(found.result()).toBuilder().setReplayed(true).build()
                : Result.newBuilder()
                        .setRevision(draft.revision())
                        .setRefused(Refusals.of(
                                Refused.Reason.IDEMPOTENCY_KEY_REUSED,
                                "The idempotency key stands for a request with another payload."))
                        .build());
    }

    private static Result parsed(ByteString result) {
        try {
            return Result.parseFrom(result);
        } catch (InvalidProtocolBufferException e) {
            throw StoreException.damaged("the result of an idempotency key cannot be read (" + e.getMessage() + ")");
        }
    }

    void keep(Idempotency idempotency, Result result) throws RocksDBException {
        SystemState system = draft.system();
        byte[] key = idempotency.getKey().toByteArray();
        Optional<Receipt> tooOld = find(key);
        if (tooOld.isPresent()) {
            drop(key, tooOld.get());
        }
        long sequence = system.nextReceipt++;
        byte[] row = encode(sequence, system.timeMillis, idempotency.getDigest(), result.toByteString());
        draft.putRow(SystemLayout.receipt(key), row);
        draft.putRow(SystemLayout.receiptTurn(sequence), key);
        system.receipts++;
        system.receiptBytes += (long) key.length + row.length;
        draft.fold(HashChain.Event.RECEIPT_KEPT, key, sequence, result.getRevision());
        dropOld();
    }

    /** The newest always stays. */
    private void dropOld() throws RocksDBException {
        SystemState system = draft.system();
        for (int i = 0; i < ApplyLimits.MAX_DROPPED_RECEIPTS && system.firstReceipt < system.nextReceipt - 1; i++) {
            Optional<byte[]> key = draft.row(SystemLayout.receiptTurn(system.firstReceipt));
            if (key.isPresent()) {
                Receipt oldest = find(key.get())
                        .orElseThrow(() -> StoreException.damaged("an idempotency key has a turn and no result"));
                if (!isOneTooMany(oldest)) {
                    return;
                }
                drop(key.get(), oldest);
            }
            system.firstReceipt++;
        }
    }

    private boolean isOneTooMany(Receipt oldest) {
        SystemState system = draft.system();
        return system.receipts > ApplyLimits.MAX_RECEIPTS
                || system.receiptBytes > ApplyLimits.MAX_RECEIPT_BYTES
                || oldest.timeMillis() + ApplyLimits.RECEIPT_MILLIS < system.timeMillis;
    }

    private void drop(byte[] key, Receipt receipt) throws RocksDBException {
        draft.deleteRow(SystemLayout.receipt(key));
        draft.deleteRow(SystemLayout.receiptTurn(receipt.sequence()));
        draft.system().receipts--;
        draft.system().receiptBytes -= (long) key.length + receipt.rowBytes();
        draft.fold(HashChain.Event.RECEIPT_DROPPED, key, receipt.sequence(), 0);
    }

    private Optional<Receipt> find(byte[] key) {
        return draft.row(SystemLayout.receipt(key)).map(Receipts::decode);
    }

    private static byte[] encode(long sequence, long timeMillis, ByteString digest, ByteString result) {
        ByteBuffer row = ByteBuffer.allocate(FIXED_BYTES + digest.size() + result.size());
        row.putLong(sequence).putLong(timeMillis).put((byte) digest.size());
        digest.copyTo(row);
        result.copyTo(row);
        return row.array();
    }

    private static Receipt decode(byte[] row) {
        ByteBuffer in = ByteBuffer.wrap(row);
        if (row.length < FIXED_BYTES || row.length < FIXED_BYTES + row[FIXED_BYTES - 1]) {
            throw StoreException.damaged("what is kept of an idempotency key has " + row.length + " bytes");
        }
        long sequence = in.getLong();
        long timeMillis = in.getLong();
        int digestBytes = in.get();
        ByteString digest = ByteString.copyFrom(row, FIXED_BYTES, digestBytes);
        int at = FIXED_BYTES + digestBytes;
        return new Receipt(sequence, timeMillis, digest, ByteString.copyFrom(row, at, row.length - at), row.length);
    }
}
