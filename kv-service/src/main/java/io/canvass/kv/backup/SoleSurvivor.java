package io.canvass.kv.backup;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

import io.canvass.kv.config.DataPaths;
import io.canvass.kv.store.Commands;
import io.canvass.kv.store.StateCopies;
import io.canvass.kv.store.StoreState;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.storage.OfflineRaftStore;

/**
 * The data directory of a node whose cluster has lost a majority for good, and which is to go on alone. The node must
 * not run.
 */
public final class SoleSurvivor {
    private final Path dataDir;

    public SoleSurvivor(Path dataDir) {
        this.dataDir = dataDir;
    }

    /**
     * What it holds.
     *
     * @param state as its own store has it durably: all of it is committed, and the log goes further
     */
    public record Findings(OfflineRaftStore.Contents log, StoreState state) {
        /** Members that will be none any more. */
        public List<Configuration.Member> abandoned() {
            return log.configuration().members().stream()
                    .filter(member -> !member.key().matches(log.identity().replica()))
                    .toList();
        }

        /** Entries of which nothing here says whether they were committed. They will be. */
        public long undecidedEntries() {
            return log.logEnd().index() - state.appliedIndex();
        }
    }

    /**
     * Reads and verifies both stores; what they hold stays as it is.
     *
     * @throws RuntimeException a sentence for the operator, if a store is missing, in use or damaged
     */
    public Findings look() {
        return new Findings(
                OfflineRaftStore.look(DataPaths.raft(dataDir)), StateCopies.look(DataPaths.state(dataDir)));
    }

    /**
     * Makes it the only voter of a cluster with a new id, and has the revision raised.
     *
     * @return the new cluster's id
     * @throws IllegalArgumentException if the revision cannot be raised so far; a sentence
     * @throws RuntimeException as {@link #look}; nothing was changed then
     */
    public UUID goOn(long raise, Clock clock) {
        Findings found = look();
        // Each entry that is yet to be applied may raise it by one.
        Revisions.requireRoom(found.state().revision() + Math.max(0, found.undecidedEntries()), raise);
        UUID clusterId = UUID.randomUUID();
        OfflineRaftStore.goOnAlone(
                DataPaths.raft(dataDir),
                clusterId,
                found.state().appliedIndex(),
                Commands.raiseRevision(raise),
                clock.millis());
        return clusterId;
    }
}
