package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;

/**
 * Whether what a directory holds is what this node was told, and whether its parts agree with each other. Changes
 * nothing.
 */
final class Admission {
    private Admission() {}

    /** @throws StorageException if the directory belongs to another node or another cluster (HAZARDS E2) */
    static void requireOwner(Path directory, StorageIdentity found, Formation formation) {
        if (!found.nodeId().equals(formation.nodeId())) {
            throw Refusal.of(directory, "the data of node \"" + found.nodeId() + "\"",
                    "that of node \"" + formation.nodeId() + "\"",
                    "Give each node its own directory, or start this node as \"" + found.nodeId()
                            + "\". Never copy a directory to make a second node of it.");
        }
        if (formation.clusterIdIsExplicit() && !found.clusterId().equals(formation.clusterId())) {
            throw Refusal.of(directory, "the data of cluster " + found.clusterId(),
                    "that of cluster " + formation.clusterId(),
                    "Correct the configured cluster id, or give this node the directory of that cluster or an empty"
                            + " one.");
        }
    }

    /**
     * Membership is static in this release: other voters would count other majorities.
     *
     * @throws StorageException if the latest configuration has other voters than this node was told
     */
    static void requireVoters(Path directory, StoredMeta meta, LogScan log, Formation formation)
            throws UnreadableException {
        Set<String> stored = Formation.nodeIds(latestConfiguration(meta, log).voters());
        if (!stored.equals(formation.voterIds())) {
            throw Refusal.of(directory, "a cluster with the voters " + stored, "the voters " + formation.voterIds(),
                    "Set the list of members back to " + stored + ": in this release the voters of a cluster never"
                            + " change (their addresses may). To form another cluster, give all its nodes empty"
                            + " directories.");
        }
    }

    private static Configuration latestConfiguration(StoredMeta meta, LogScan log) throws UnreadableException {
        if (log.configurations().isEmpty()) {
            LogBase base = meta.base();
            if (base != null) {
                return base.configuration();
            }
            throw UnreadableException.damaged("a log without any configuration entry");
        }
        try {
            return Configuration.decode(log.configurations().getLast().data());
        } catch (IllegalArgumentException e) {
            throw UnreadableException.newer("log entry " + log.configurations().getLast().index()
                    + " with a configuration that this version cannot read (" + e.getMessage() + ")");
        }
    }

    /** @throws UnreadableException if records were lost, or are of another time than the rest (HAZARDS E3) */
    static void requireConsistent(StoredMeta meta, LogScan log) throws UnreadableException {
        LogPosition end = log.shape().end();
        if (!end.equals(meta.logEnd())) {
            throw UnreadableException.damaged("a log that ends at index " + end.index() + " in epoch " + end.epoch()
                    + ", where index " + meta.logEnd().index() + " in epoch " + meta.logEnd().epoch()
                    + " was acknowledged");
        }
        // PREVOTE.md, start: an epoch is durable before, or in one batch with, any entry of it.
        if (meta.hardState().epoch() < end.epoch()) {
            throw UnreadableException.damaged("epoch " + meta.hardState().epoch() + " stored beside a log of epoch "
                    + end.epoch() + ", so that this node may have forgotten a vote");
        }
        Entry first = StoreFormatter.firstEntry(meta.bootstrap());
        if (meta.base() == null && !log.configurations().stream().limit(1).toList().equals(List.of(first))) {
            throw UnreadableException.damaged("a first log entry that is not the one this directory was formatted"
                    + " with");
        }
        requireNoteOfLaterSnapshot(meta);
    }

    /** The note goes in one batch with the base that fulfils it. */
    private static void requireNoteOfLaterSnapshot(StoredMeta meta) throws UnreadableException {
        LogBase noted = meta.installing();
        if (noted != null && noted.position().index() <= meta.logBegin().index()) {
            throw UnreadableException.damaged("a note that a snapshot up to index " + noted.position().index()
                    + " is to be installed, beside a log that begins after index " + meta.logBegin().index());
        }
    }
}
