package io.canvass.kv.tools;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kvctl safe-to-stop}. */
@Command(
        name = "safe-to-stop",
        description = "Whether the others can go on without a node: exit status 0 for yes, 1 for no, and the reason.")
final class SafeToStopCommand implements Callable<Integer> {
    private static final String NO = "/problems/not-safe-to-stop";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "ID", description = "The node that is to be stopped.")
    private String id = "";

    @Override
    public Integer call() {
        try (ClusterClient client = cluster.client()) {
            ClusterClient.Answer answer = client.look("/v1/cluster/members/" + ClusterClient.segment(id) + "/safe-to-stop");
            boolean no = answer.json().path("type").asString("").equals(NO);
            if (!no && answer.status() != 200) {
                throw ClusterClient.failure(answer);
            }
            String sentence = no ? "No. " + answer.json().path("detail").asString("") : "Yes. " + answer.json().path("reason").asString("");
            if (cluster.json()) {
                Kvctl.out(spec).print(answer.text());
                Kvctl.out(spec).flush();
            } else {
                Kvctl.out(spec).println(sentence);
            }
            return no ? ExitStatus.REFUSED : ExitStatus.DONE;
        }
    }
}
