package io.canvass.kv.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import io.canvass.kv.backup.Copies;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreState;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.Token;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The data directory of kv-2 as it is when it does not run: a log of {@value #LAST} entries, a vote, and the state. */
public final class NodeOnDisk {
    public static final UUID CLUSTER = new UUID(0x5ea1, 2);
    public static final long LAST = 40;
    /** Of every entry after the first. */
    public static final long EPOCH = 3;
    /** It voted for kv-3, in an epoch of which it holds no entry. */
    public static final HardState PROMISED = new HardState(4, ReplicaKey.ofNode("kv-3"), ReplicaKey.NONE);

    private static final Configuration MEMBERS =
            Configuration.ofVoters(List.of(member("kv-1", "127.0.0.1:1"), member("kv-2", "127.0.0.1:2"), member("kv-3", "127.0.0.1:3")));

    private final Path data;

    public NodeOnDisk(Path data) {
        this.data = data;
    }

    static Configuration.Member member(String nodeId, String address) {
        return new Configuration.Member(ReplicaKey.ofNode(nodeId), address);
    }

    /** What the entry at an index is; the first one is what the directory is formatted with. */
    public static Entry entry(long index, long epoch) {
        if (index == 1) {
            return new Entry(1, 0, EntryKind.CONFIGURATION, 0, MEMBERS.encode());
        }
        Entry put = Copies.put(index, "key/" + index % 7, "value " + index + " of epoch " + epoch);
        return new Entry(index, epoch, EntryKind.COMMAND, put.timestampMillis(), put.data());
    }

    /** Makes log and state; the log begins after an index, or with its first entry. */
    public NodeOnDisk make(long beginsAfter, Configuration members) {
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (RaftStore store = open()) {
            store.recovered(0);
            for (long index = 2; index <= LAST; index++) {
                store.write(List.of(new Effect.Persist(
                        Token.NOTHING, PROMISED, new Effect.LogWrite(0, List.of(entry(index, EPOCH))))));
            }
            if (beginsAfter > 0) {
                LogBase base = new LogBase(new LogPosition(EPOCH, beginsAfter), members);
                store.write(List.of(new Effect.Persist(Token.NOTHING, PROMISED, new Effect.LogWrite(0, List.of(), base))));
            }
        }
        try (KvStore store = KvStore.open(state())) {
            for (long index = 1; index <= LAST; index++) {
                store.apply(List.of(entry(index, EPOCH)));
            }
        }
        return this;
    }

    public NodeOnDisk make(long beginsAfter) {
        return make(beginsAfter, MEMBERS);
    }

    /** What the next start finds once it has applied all that its log holds. */
    record Started(StoredState log, StoreState state) {}

    /**
     * As a start does it.
     *
     * @throws RuntimeException if it is refused
     */
    Started start() {
        try (RaftStore store = open();
                KvStore state = KvStore.open(state())) {
            StoredState found = store.recovered(state.appliedIndex());
            long next = state.appliedIndex() + 1;
            List<Entry> entries = next > found.lastIndex() ? List.of() : store.read(next, found.lastIndex(), 1 << 20);
            state.apply(entries);
            return new Started(found, state.state());
        }
    }

    public RaftStore open() {
        return RocksRaftStore.open(raft(), formation());
    }

    static Formation formation() {
        return Formation.founding("kv-2", CLUSTER, true, MEMBERS);
    }

    public Path data() {
        return data;
    }

    public Path raft() {
        return data.resolve(KvProperties.RAFT);
    }

    public Path state() {
        return data.resolve(KvProperties.STATE);
    }

    public Path request() {
        return data.resolve(KvProperties.HEAL);
    }

    /** The names in the data directory. */
    public List<String> names() {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    KvProperties properties() {
        return new Binder(new MapConfigurationPropertySource(Map.of("kv.data-dir", data.toString())))
                .bindOrCreate(KvProperties.PREFIX, KvProperties.class);
    }

    /** As a crash at this moment would leave it. */
    NodeOnDisk image(Path target) {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data)) {
            all.addAll(files.sorted().toList());
            for (Path file : all) {
                Path to = target.resolve(data.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new NodeOnDisk(target);
    }
}
