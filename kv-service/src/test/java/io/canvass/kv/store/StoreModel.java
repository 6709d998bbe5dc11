package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;

/** What the store has to do, as plainly as it can be said: a sorted map in memory. */
final class StoreModel {
    private final TreeMap<ByteString, KeyValue> items =
            new TreeMap<>((one, other) -> Arrays.compareUnsigned(one.toByteArray(), other.toByteArray()));
    private long revision;

    long revision() {
        return revision;
    }

    List<StoredValue> items(ByteString prefix) {
        List<StoredValue> found = new ArrayList<>();
        for (KeyValue item : items.values()) {
            if (item.getKey().startsWith(prefix)) {
                found.add(new StoredValue(
                        Bytes.wrap(item.getKey().toByteArray()),
                        Bytes.wrap(item.getValue().toByteArray()),
                        item.getCreateRevision(),
                        item.getModRevision(),
                        item.getVersion(),
                        item.getLease()));
            }
        }
        return found;
    }

    Result apply(Command command) {
        boolean isPut = command.hasPut();
        ByteString key = isPut ? command.getPut().getKey() : command.getDelete().getKey();
        boolean previous = isPut ? command.getPut().getReturnPrevious() : command.getDelete().getReturnPrevious();
        Precondition condition = isPut ? command.getPut().getPrecondition() : command.getDelete().getPrecondition();
        boolean exists = items.containsKey(key);
        KeyValue before = items.getOrDefault(key, KeyValue.getDefaultInstance());
        if (!holds(condition, exists, before.getModRevision())) {
            PreconditionFailed.Builder failed = PreconditionFailed.newBuilder();
            if (exists) {
                failed.setCurrent(previous ? before : before.toBuilder().clearValue().build());
            }
            return Result.newBuilder().setRevision(revision).setPreconditionFailed(failed).build();
        }
        if (isPut) {
            revision++;
            KeyValue after = KeyValue.newBuilder()
                    .setKey(key)
                    .setValue(command.getPut().getValue())
                    .setCreateRevision(exists ? before.getCreateRevision() : revision)
                    .setModRevision(revision)
                    .setVersion(before.getVersion() + 1)
                    .build();
            items.put(key, after);
            Written.Builder written = Written.newBuilder().setEntry(after.toBuilder().clearValue());
            if (previous && exists) {
                written.setPrevious(before);
            }
            return Result.newBuilder().setRevision(revision).setWritten(written).build();
        }
        Deleted.Builder deleted = Deleted.newBuilder();
        if (exists) {
            revision++;
            items.remove(key);
            deleted.setDeleted(1);
            if (previous) {
                deleted.setPrevious(before);
            }
        }
        return Result.newBuilder().setRevision(revision).setDeleted(deleted).build();
    }

    private static boolean holds(Precondition condition, boolean exists, long modRevision) {
        if (condition.hasMustExist()) {
            return exists || !condition.getMustExist();
        }
        if (condition.hasMustNotExist()) {
            return !exists || !condition.getMustNotExist();
        }
        if (condition.hasAnyOf()) {
            return exists && condition.getAnyOf().getModRevisionList().contains(modRevision);
        }
        if (condition.hasNoneOf()) {
            return !exists || !condition.getNoneOf().getModRevisionList().contains(modRevision);
        }
        return true;
    }
}
