package io.canvass.kv.tools;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kvctl leader}. */
@Command(name = "leader", description = "Leadership.", synopsisSubcommandLabel = "COMMAND")
final class LeaderCommand {
    @Spec
    private @Nullable CommandSpec spec;

    @Command(name = "transfer", description = "Hands leadership to a voter; nobody needs an election for it.")
    int transfer(
            @Mixin ClusterOptions cluster,
            @Option(names = "--dry-run", description = "Asks whether it could be done, and changes nothing.") boolean dryRun,
            @Parameters(arity = "0..1", paramLabel = "ID", defaultValue = "",
                            description = "Who is to lead; without one, the voter with the longest log.")
                    String id) {
        try (ClusterClient client = cluster.client()) {
            Map<String, String> body = id.isEmpty() ? Map.of() : Map.of("to", id);
            ClusterClient.Answer answer = client.change("POST", "/v1/cluster/leader" + (dryRun ? "?dry-run=true" : ""), body);
            if (cluster.json()) {
                Kvctl.out(spec).print(answer.text());
                Kvctl.out(spec).flush();
            } else if (dryRun) {
                Kvctl.out(spec).println("It could be done. Nothing was changed.");
            } else {
                Kvctl.out(spec).println(MemberTable.text(answer.json().path("leader"), "id") + " leads epoch "
                        + MemberTable.text(answer.json(), "epoch") + ".");
            }
            return ExitStatus.DONE;
        }
    }
}
