package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;

import io.canvass.kv.backup.Revisions;
import io.canvass.kv.backup.SoleSurvivor;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogPosition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kvctl recover}: one survivor goes on alone (docs/runbooks/lost-majority.md). */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "Lets ONE surviving node go on alone after a majority of the voters was lost for good. What only the"
                    + " lost ones had is"
                    + " lost.",
            "",
            "Without --i-accept-data-loss it only shows what the node has and what would be done. With several"
                    + " survivors, run"
                    + " it so on each, and choose the one whose log ends in the highest epoch, and among those at"
                    + " the highest"
                    + " index."
        })
final class RecoverCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "The surviving node's kv.data-dir. The node must not run.")
    private Path dataDir = Path.of("");

    @Option(names = "--i-accept-data-loss", description = "Do it.")
    private boolean accepted;

    @Option(
            names = "--bump",
            paramLabel = "N",
            description = "So much the revision is raised, so that no revision of a lost write is given again. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long bump = Revisions.DEFAULT_RAISE;

    @Override
    public Integer call() throws Exception {
        SoleSurvivor survivor = new SoleSurvivor(dataDir);
        PrintWriter out = Kvctl.out(spec);
        SoleSurvivor.Findings found = Offline.call(survivor::look);
        report(out, found);
        warn(out, found);
        if (!accepted) {
            out.println();
            out.println("Nothing was changed. To do it, run this again with --i-accept-data-loss.");
            return ExitStatus.DONE;
        }
        UUID clusterId = Offline.call(() -> survivor.goOn(bump, Clock.systemUTC()));
        out.println();
        out.printf("Done: %s is the only voter of the new cluster %s, in epoch %d. Start it without kv.cluster.id"
                + " or with that"
                        + " id, then add new members.%n",
                found.log().identity().nodeId(), clusterId, found.log().hardState().epoch() + 1);
        return ExitStatus.DONE;
    }

    private static void report(PrintWriter out, SoleSurvivor.Findings found) {
        LogPosition end = found.log().logEnd();
        out.printf("node        %s, directory %s%n",
                found.log().identity().nodeId(), found.log().identity().directoryId());
        out.printf("cluster     %s%n", found.log().identity().clusterId());
        out.printf("log         ends at index %d in epoch %d; the node knows of epoch %d%n",
                end.index(), end.epoch(), found.log().hardState().epoch());
        out.printf("applied     index %d in epoch %d, as stored: revision %d, %d keys%n",
                found.state().appliedIndex(),
                found.state().appliedEpoch(),
                found.state().revision(),
                found.state().keyCount());
        out.printf("voters      %s%n", names(found.log().configuration().voters()));
        out.printf("observers   %s%n", names(found.log().configuration().observers()));
    }

    private void warn(PrintWriter out, SoleSurvivor.Findings found) {
        LogPosition end = found.log().logEnd();
        out.println();
        out.println("WARNING: this gives up every promise of the old cluster.");
        out.printf("- Lost: every write after index %d of epoch %d, acknowledged or not. Nothing here says how many"
                + " there are.%n",
                end.index(), end.epoch());
        if (found.undecidedEntries() > 0) {
            out.printf("- Made good: entries %d to %d. The node does not know durably which of them were committed;"
                    + " all will be,"
                            + " also those that clients were never told of.%n",
                    found.state().appliedIndex() + 1, end.index());
        }
        List<Configuration.Member> abandoned = found.abandoned();
        if (!abandoned.isEmpty()) {
            out.printf("- Abandoned: %s. If they were the majority and still run, they go on as the old cluster:"
                    + " stop them"
                    + " first.%n", names(abandoned));
            out.println("  They keep the old cluster id and are refused by this node, so that two histories never"
                    + " mix. Wipe their"
                    + " data directories before they join again.");
        }
        out.printf("- The revision is raised by %d, and history before that counts as compacted: watches begin"
                + " anew.%n", bump);
    }

    private static String names(List<Configuration.Member> members) {
        return members.isEmpty()
                ? "none"
                : String.join(", ", members.stream()
                        .map(member -> member.key().nodeId() + "@" + member.address())
                        .toList());
    }
}
