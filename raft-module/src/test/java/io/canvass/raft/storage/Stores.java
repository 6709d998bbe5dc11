package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Effect.LogWrite;
import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Token;
import org.jspecify.annotations.Nullable;

/** What the tests of this package build on: a cluster of a, b and c, seen from a. */
final class Stores {
    static final UUID CLUSTER = new UUID(7, 7);
    static final int NO_LIMIT = Integer.MAX_VALUE;

    private Stores() {}

    static Configuration voters(String... nodeIds) {
        List<Member> members = new ArrayList<>();
        for (String nodeId : nodeIds) {
            members.add(new Member(ReplicaKey.ofNode(nodeId), nodeId + ".example:7400"));
        }
        return Configuration.ofVoters(members);
    }

    static Formation formation() {
        return Formation.founding("a", CLUSTER, true, voters("a", "b", "c"));
    }

    static RocksRaftStore open(Path directory) {
        return RocksRaftStore.open(directory, formation());
    }

    static HardState epoch(long epoch) {
        return new HardState(epoch, ReplicaKey.NONE, ReplicaKey.NONE);
    }

    static Entry command(long index, long epoch, String text) {
        return new Entry(index, epoch, EntryKind.COMMAND, 1_000 * index, Bytes.ofUtf8(text));
    }

    static Entry command(long index, long epoch, int dataBytes) {
        byte[] data = new byte[dataBytes];
        Arrays.fill(data, (byte) index);
        return new Entry(index, epoch, EntryKind.COMMAND, 1_000 * index, Bytes.wrap(data));
    }

    static Persist append(HardState state, Entry... entries) {
        return persist(state, 0, entries);
    }

    static Persist persist(HardState state, long truncateFrom, Entry... entries) {
        return new Effect.Persist(Token.NOTHING, state, new LogWrite(truncateFrom, List.of(entries)));
    }

    static LogBase base(long index, long epoch) {
        return new LogBase(new LogPosition(epoch, index), voters("a", "b", "c"));
    }

    static LogBase base(long index, long epoch, String... voters) {
        return new LogBase(new LogPosition(epoch, index), voters(voters));
    }

    /** Drops what is at or below {@code base}. */
    static Persist compact(HardState state, LogBase base) {
        return new Effect.Persist(Token.NOTHING, state, new LogWrite(0, List.of(), base));
    }

    /** A snapshot replaces the log. */
    static Persist replace(HardState state, LogBase base) {
        return new Effect.Persist(Token.NOTHING, state, new LogWrite(1, List.of(), base));
    }

    static Entry bootstrapEntry() {
        return new Entry(1, 0, EntryKind.CONFIGURATION, 0, voters("a", "b", "c").encode());
    }

    /** The records of a store that is not open; null if it was never formatted. */
    static @Nullable StoredMeta metaOf(Path directory) throws Exception {
        Path database = directory.resolve(DataDirectory.DATABASE);
        if (!Files.exists(database)) {
            return null;
        }
        RocksLibrary.load();
        try (LogDatabase open = LogDatabase.open(database)) {
            return StoredMeta.read(open);
        }
    }

    /** The log from the bootstrap entry on. */
    static List<Entry> logOf(RaftStore store, long lastIndex) {
        return store.read(1, lastIndex, NO_LIMIT);
    }
}
