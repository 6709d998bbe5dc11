package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Token;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What an operator does to a Raft directory while no node runs on it: look at it, begin a cluster with a state that was
 * saved, and go on alone after a majority was lost. Each call holds the directory's lock, so that none works beside a
 * running node. Nothing here is part of the protocol: whoever calls it vouches for what the protocol cannot know.
 */
public final class OfflineRaftStore {
    private OfflineRaftStore() {}

    /**
     * What a directory holds.
     *
     * @param logBegin the place before the log's first entry
     * @param configuration the latest in the log, committed or not
     */
    public record Contents(
            StorageIdentity identity,
            HardState hardState,
            LogPosition logBegin,
            LogPosition logEnd,
            Configuration configuration) {}

    /**
     * Reads and verifies a directory; what it holds stays as it is.
     *
     * @throws StorageException if there is no Raft store, a node runs on it, or it is damaged or of a newer format
     */
    public static Contents look(Path raftDirectory) {
        RocksLibrary.load();
        try (OwnedResources resources = new OwnedResources()) {
            DataDirectory directory = claimFormatted(raftDirectory, resources);
            LogDatabase database = resources.own(LogDatabase.open(directory.database()));
            StoredMeta meta = StoredMeta.read(database);
            LogScan log = LogScan.run(database, meta.logBegin());
            Admission.requireConsistent(meta, log);
            Admission.requireReadableConfigurations(log);
            return new Contents(meta.identity(), meta.hardState(), meta.logBegin(), log.shape().end(),
                    latestConfiguration(meta, log));
        } catch (UnreadableException e) {
            throw Refusal.unreadable(raftDirectory, e);
        } catch (RocksDBException e) {
            throw Refusal.unopenable(raftDirectory, e);
        }
    }

    /** Committed or not. */
    static Configuration latestConfiguration(StoredMeta meta, LogScan log) {
        if (!log.configurations().isEmpty()) {
            return Configuration.decode(log.configurations().getLast().data());
        }
        LogBase base = meta.base();
        return base == null ? meta.bootstrap() : base.configuration();
    }

    /** @throws StorageException if nothing was ever formatted there; nothing is made then */
    private static DataDirectory claimFormatted(Path raftDirectory, OwnedResources resources) {
        if (!RocksRaftStore.isFormatted(raftDirectory)) {
            throw Refusal.of(raftDirectory, "no Raft store", "that of a node that has run",
                    "Name the data directory of the node, as kv.data-dir does.");
        }
        return resources.own(DataDirectory.claim(raftDirectory));
    }

    /**
     * Formats an empty directory as one of a cluster that begins with a saved state: its log begins after {@code base}
     * and holds one command, in an epoch of its own. On every node that is given the same, base and log are the same.
     * Atomic: after a crash the directory is formatted or still empty.
     *
     * @param base the last entry in the saved state, with the members of the new cluster
     * @param first the first command of the new cluster
     * @param timestampMillis that of the command; the same on every node
     * @return the identity, with a new directory id
     * @throws StorageException if the directory is not empty, or cannot be written
     * @throws IllegalArgumentException if the node is no voter of the new cluster
     */
    public static StorageIdentity begin(
            Path raftDirectory, UUID clusterId, String nodeId, LogBase base, Bytes first, long timestampMillis) {
        if (!base.configuration().isVoter(ReplicaKey.ofNode(nodeId))) {
            throw new IllegalArgumentException("Node \"" + nodeId + "\" is not in the list of voters, "
                    + nodeIds(base.configuration().voters()) + ". Nothing was written.");
        }
        RocksLibrary.load();
        StorageIdentity identity = new StorageIdentity(clusterId, nodeId, UUID.randomUUID());
        try (OwnedResources resources = new OwnedResources()) {
            DataDirectory directory = resources.own(DataDirectory.claim(raftDirectory));
            if (directory.isFormatted()) {
                throw Refusal.of(directory.path(), "a Raft store", "an empty directory",
                        "Restore into an empty directory. Nothing here was changed.");
            }
            Path unfinished = directory.newUnfinished();
            try (LogDatabase database = LogDatabase.create(unfinished);
                    WriteBatch batch = new WriteBatch()) {
                Entry entry = new Entry(base.position().index() + 1, base.position().epoch() + 1, EntryKind.COMMAND,
                        timestampMillis, first);
                put(batch, database, identity, base, entry);
                database.write(batch);
            }
            directory.publishUnfinished();
            return identity;
        } catch (RocksDBException e) {
            throw Refusal.unopenable(raftDirectory, e);
        }
    }

    private static void put(
            WriteBatch batch, LogDatabase database, StorageIdentity identity, LogBase base, Entry first)
            throws RocksDBException {
        HardState state = new HardState(first.epoch(), ReplicaKey.NONE, ReplicaKey.NONE);
        LogPosition end = new LogPosition(first.epoch(), first.index());
        put(batch, database, MetaKey.FORMAT, MetaCodec.format(StoreFormat.of(StoreFormat.LOG_WITH_BASE)));
        put(batch, database, MetaKey.IDENTITY, MetaCodec.identity(identity));
        put(batch, database, MetaKey.HARD_STATE, MetaCodec.hardState(state));
        put(batch, database, MetaKey.BOOT, MetaCodec.boot(0));
        put(batch, database, MetaKey.BOOTSTRAP, MetaCodec.bootstrap(base.configuration()));
        put(batch, database, MetaKey.LOG_END, MetaCodec.logEnd(end));
        put(batch, database, MetaKey.LOG_BASE, MetaCodec.base(MetaKey.LOG_BASE, base));
        put(batch, database, MetaKey.INSTALLING, MetaCodec.noBase(MetaKey.INSTALLING));
        batch.put(database.log(), EntryCodec.key(first.index()), EntryCodec.value(first));
    }

    private static void put(WriteBatch batch, LogDatabase database, MetaKey key, byte[] value)
            throws RocksDBException {
        batch.put(database.meta(), key.bytes(), value);
    }

    /**
     * Makes the node of this directory the only voter of a cluster with another id, in a higher epoch: a configuration
     * and a command are appended to its log. All that the log holds will be committed once the node runs, acknowledged
     * or not; what only the other members held is lost.
     *
     * <p>The cluster id changes first. After a crash before the rest, the node can be elected by nobody; call this
     * again.
     *
     * @param clusterId the new one: a member of the old cluster that comes back is refused by it
     * @param appliedIndex what this node's state machine holds
     * @param command appended after the configuration
     * @param timestampMillis of both entries
     * @throws StorageException as {@link #look}, if log and state machine contradict each other, or if the node is no
     *     member by its own log; nothing was changed then. Also if a write fails
     */
    public static void goOnAlone(
            Path raftDirectory, UUID clusterId, long appliedIndex, Bytes command, long timestampMillis) {
        Contents before = look(raftDirectory);
        Configuration.Member self = memberOf(raftDirectory, before);
        // Brings an interrupted installation of a snapshot to its end, and refuses a log that does not fit the state.
        open(raftDirectory, before.identity(), appliedIndex).close();
        Contents settled = look(raftDirectory);
        StorageIdentity renamed = new StorageIdentity(
                clusterId, before.identity().nodeId(), before.identity().directoryId());
        rename(raftDirectory, renamed);
        Configuration alone = Configuration.ofVoters(List.of(self.as(renamed.replica())));
        long epoch = settled.hardState().epoch() + 1;
        long index = settled.logEnd().index() + 1;
        List<Entry> entries = List.of(
                new Entry(index, epoch, EntryKind.CONFIGURATION, timestampMillis, alone.encode()),
                new Entry(index + 1, epoch, EntryKind.COMMAND, timestampMillis, command));
        try (RocksRaftStore store = open(raftDirectory, renamed, appliedIndex)) {
            store.write(List.of(new Effect.Persist(
                    Token.NOTHING,
                    new HardState(epoch, ReplicaKey.NONE, ReplicaKey.NONE),
                    new Effect.LogWrite(0, entries))));
        }
    }

    private static Configuration.Member memberOf(Path raftDirectory, Contents contents) {
        return contents.configuration().members().stream()
                .filter(member -> member.key().matches(contents.identity().replica()))
                .findFirst()
                .orElseThrow(() -> Refusal.of(raftDirectory, "the log of node \""
                                + contents.identity().nodeId() + "\", which is no member by its own log (members: "
                                + nodeIds(contents.configuration().members()) + ")",
                        "that of a member", "Recover from another surviving node, or restore a snapshot."));
    }

    private static String nodeIds(List<Configuration.Member> members) {
        return members.stream().map(member -> member.key().nodeId()).collect(Collectors.joining(", "));
    }

    private static RocksRaftStore open(Path raftDirectory, StorageIdentity identity, long appliedIndex) {
        RocksRaftStore store = RocksRaftStore.open(
                raftDirectory, Formation.existing(identity.nodeId(), Optional.of(identity.clusterId())));
        try {
            store.recovered(appliedIndex);
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static void rename(Path raftDirectory, StorageIdentity identity) {
        try (OwnedResources resources = new OwnedResources()) {
            DataDirectory directory = claimFormatted(raftDirectory, resources);
            LogDatabase database = resources.own(LogDatabase.open(directory.database()));
            try (WriteBatch batch = new WriteBatch()) {
                put(batch, database, MetaKey.IDENTITY, MetaCodec.identity(identity));
                database.write(batch);
            }
        } catch (UnreadableException e) {
            throw Refusal.unreadable(raftDirectory, e);
        } catch (RocksDBException e) {
            throw Refusal.unopenable(raftDirectory, e);
        }
    }
}
