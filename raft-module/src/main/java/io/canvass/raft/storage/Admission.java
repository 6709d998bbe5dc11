package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

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
        UUID required = formation.requiredCluster().orElse(found.clusterId());
        if (!found.clusterId().equals(required)) {
            throw Refusal.of(directory, "the data of cluster " + found.clusterId(), "that of cluster " + required,
                    "Correct the configured cluster id, or give this node the directory of that cluster or an empty"
                            + " one.");
        }
    }

    /** @throws StorageException if an empty directory is to be one that is there already */
    static void requireFormation(Path directory, Formation formation) {
        if (formation instanceof Formation.Existing) {
            throw Refusal.of(directory, "an empty directory", "that of node \"" + formation.nodeId() + "\"",
                    "Check that the volume is mounted and the path is spelled right.");
        }
    }

    /** @throws UnreadableException if the log has a configuration that only a newer version reads */
    static void requireReadableConfigurations(LogScan log) throws UnreadableException {
        for (Entry entry : log.configurations()) {
            try {
                Configuration.decode(entry.data());
            } catch (IllegalArgumentException e) {
                throw UnreadableException.newer("log entry " + entry.index()
                        + " with a configuration that this version cannot read (" + e.getMessage() + ")");
            }
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
        if (meta.base() == null && meta.format().isOfOneThatJoined()) {
            throw UnreadableException.damaged("no base of the log, in a directory that was formatted with one");
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
