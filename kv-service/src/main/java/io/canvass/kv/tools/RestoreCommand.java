package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

import io.canvass.kv.backup.Restore;
import io.canvass.kv.backup.Revisions;
import io.canvass.kv.backup.SnapshotHeader;
import io.canvass.kv.config.ClusterPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kvctl restore}: a data directory out of a snapshot (docs/runbooks/backup-and-restore.md). */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Makes an empty data directory that of a node of a NEW cluster, which begins with the state of a snapshot.",
            "",
            "Run it once on each voter of the new cluster, with the same FILE, --voters and --bump; each finds the"
                    + " same new"
                    + " cluster id by these. To restore the same file for the same voters a second time, name a"
                    + " fresh id with"
                    + " --cluster-id on all of them: a node left over from the first time must not take part in the"
                    + " second."
        })
final class RestoreCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The snapshot, as GET /v1/snapshot made it.")
    private Path file = Path.of("");

    @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "The node's kv.data-dir:"
            + " empty, or absent.")
    private Path dataDir = Path.of("");

    @Option(names = "--node-id", required = true, paramLabel = "ID", description = "The node's kv.node.id.")
    private String nodeId = "";

    @Option(
            names = "--voters",
            split = ",",
            paramLabel = "ID@HOST:PORT",
            description = "All voters of the new cluster, as in kv.cluster.voters. Left out: this node alone.")
    private List<String> voters = new ArrayList<>();

    @Option(
            names = "--cluster-id",
            paramLabel = "UUID",
            description = "The new cluster's id, the same on all voters. Left out: found by file, voters and bump;"
                    + " drawn"
                    + " for a sole voter.")
    private @Nullable UUID clusterId;

    @Option(
            names = "--bump",
            paramLabel = "N",
            description = "So much the revision is raised, so that no ETag that was ever given is given again. Must be"
                    + " more than the writes since the snapshot. Default: ${DEFAULT-VALUE}.")
    private long bump = Revisions.DEFAULT_RAISE;

    @Override
    public Integer call() throws Exception {
        Restore.Restored restored = Offline.call(() -> new Restore(
                        dataDir, nodeId, ClusterPlan.voters(nodeId, voters), Optional.ofNullable(clusterId), bump)
                .run(file));
        report(Kvctl.out(spec), restored);
        return ExitStatus.DONE;
    }

    private void report(PrintWriter out, Restore.Restored restored) {
        SnapshotHeader from = restored.snapshot();
        out.printf("snapshot    made %s by %s of cluster %s%n", from.createdAt(), from.nodeId(), from.clusterId());
        out.printf("            revision %d, %d keys, log up to %d@%d%n",
                from.revision(), from.keyCount(), from.index(), from.epoch());
        out.printf("node        %s, directory %s%n", restored.identity().nodeId(), restored.identity().directoryId());
        out.printf("cluster     %s (new)%n", restored.identity().clusterId());
        out.printf("revision    %d once the new cluster leads; history before it counts as compacted%n",
                restored.revision());
        out.println("Restored into " + dataDir + ". Start the node when all voters are restored, without"
                + " kv.cluster.id or"
                + " with the id above.");
    }
}
