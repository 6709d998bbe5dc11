package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code kvctl status}. */
@Command(
        name = "status",
        description = "Shows who leads, the members, and how many may fail. Exit status 3 if no leader is known.")
final class StatusCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Override
    public Integer call() {
        PrintWriter out = Kvctl.out(spec);
        try (ClusterClient client = cluster.client()) {
            ClusterClient.Answer answer = client.get("/v1/cluster");
            if (cluster.json()) {
                out.print(answer.text());
                out.flush();
            } else {
                print(out, answer.json());
            }
            return answer.json().path("leader").isNull() ? ExitStatus.UNAVAILABLE : ExitStatus.DONE;
        }
    }

    private static void print(PrintWriter out, JsonNode json) {
        JsonNode quorum = json.path("quorum");
        String leader = json.path("leader").isNull() ? "nobody that is known" : MemberTable.text(json.path("leader"), "id");
        Table table = new Table("CLUSTER", "LEADER", "EPOCH", "COMMIT", "VOTERS", "NEEDED", "REACHABLE", "OBSERVERS", "MAY FAIL");
        table.row(
                MemberTable.text(json, "clusterId"),
                leader,
                MemberTable.text(json, "epoch"),
                MemberTable.text(json, "commitIndex"),
                MemberTable.text(quorum, "voters"),
                MemberTable.text(quorum, "needed"),
                MemberTable.text(quorum, "reachable"),
                MemberTable.text(quorum, "observers"),
                Integer.toString(Math.max(0, json.path("failureTolerance").asInt(0))));
        table.print(out);
        out.println();
        MemberTable.print(out, json.path("members"));
        if (!json.path("configuration").path("committed").asBoolean(true)) {
            out.println("A change of the members is under way: the configuration at index "
                    + MemberTable.text(json.path("configuration"), "index") + " is not committed yet.");
        }
        if (!json.path("source").path("leads").asBoolean(false)) {
            out.println("This is what " + MemberTable.text(json.path("source"), "id")
                    + " sees, which does not lead: how far the others are is not known.");
        }
    }
}
