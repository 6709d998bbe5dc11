package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Revisions;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/** Makes commands, and the entries that carry them; feeds a store with its next entries. */
final class TestLog {
    static final long EPOCH = 3;
    static final long TIMESTAMP_MILLIS = 1_700_000_000_000L;

    /** Small enough that a few thousand entries are flushed in between. */
    static final StoreLimits SMALL = new StoreLimits(1 << 20, 64 << 10, 1 << 20);

    private TestLog() {}

    static Entry entry(long index, Command command) {
        return entry(index, EntryKind.COMMAND, command.toByteArray());
    }

    static Entry entry(long index, EntryKind kind, byte[] data) {
        return new Entry(index, EPOCH, kind, TIMESTAMP_MILLIS, Bytes.wrap(data));
    }

    static List<Entry> entries(long firstIndex, List<Command> commands) {
        List<Entry> entries = new ArrayList<>();
        for (Command command : commands) {
            entries.add(entry(firstIndex + entries.size(), command));
        }
        return entries;
    }

    /** Applies one command as the next entry. */
    static Result apply(KvStore store, Command command) {
        return store.apply(List.of(entry(store.state().appliedIndex() + 1, command))).getFirst();
    }

    static List<Result> applyAll(KvStore store, List<Command> commands) {
        return store.apply(entries(store.state().appliedIndex() + 1, commands));
    }

    static Command put(String key, String value) {
        return put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value));
    }

    static Command put(ByteString key, ByteString value) {
        return Command.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(value)).build();
    }

    static Command delete(String key) {
        return delete(ByteString.copyFromUtf8(key));
    }

    static Command delete(ByteString key) {
        return Command.newBuilder().setDelete(Delete.newBuilder().setKey(key)).build();
    }

    static Command provided(Precondition precondition, Command command) {
        Command.Builder builder = command.toBuilder();
        if (command.hasPut()) {
            builder.getPutBuilder().setPrecondition(precondition);
        } else {
            builder.getDeleteBuilder().setPrecondition(precondition);
        }
        return builder.build();
    }

    static Command returningPrevious(Command command) {
        Command.Builder builder = command.toBuilder();
        if (command.hasPut()) {
            builder.getPutBuilder().setReturnPrevious(true);
        } else {
            builder.getDeleteBuilder().setReturnPrevious(true);
        }
        return builder.build();
    }

    static Precondition mustExist() {
        return Precondition.newBuilder().setMustExist(true).build();
    }

    static Precondition mustNotExist() {
        return Precondition.newBuilder().setMustNotExist(true).build();
    }

    static Precondition anyOf(Long... revisions) {
        return Precondition.newBuilder().setAnyOf(revisions(revisions)).build();
    }

    static Precondition noneOf(Long... revisions) {
        return Precondition.newBuilder().setNoneOf(revisions(revisions)).build();
    }

    private static Revisions revisions(Long... revisions) {
        return Revisions.newBuilder().addAllModRevision(List.of(revisions)).build();
    }

    /** Keys made of such numbers sort in the order that counts: 00 before 01 before ff. */
    static Bytes bytes(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return Bytes.wrap(array);
    }

    static ByteString string(Bytes bytes) {
        return ByteString.copyFrom(bytes.array());
    }
}
