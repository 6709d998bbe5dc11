package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code kvctl alarms}. */
@Command(
        name = "alarms",
        description = "Shows what the members would have an operator look at. Exit status 0 if there is nothing and all of them"
                + " answered, else 1.")
final class AlarmsCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(names = "--disarm", description = "Says that it was seen: what is only remembered is forgotten. What is still so stays.")
    private boolean disarm;

    @Override
    public Integer call() {
        PrintWriter out = Kvctl.out(spec);
        try (ClusterClient client = cluster.client()) {
            ClusterClient.Answer answer =
                    disarm ? client.change("DELETE", "/v1/alarms", Map.of()) : client.get("/v1/alarms");
            if (cluster.json()) {
                out.print(answer.text());
                out.flush();
            } else {
                print(out, answer.json());
            }
            boolean calm = answer.json().path("alarms").isEmpty() && answer.json().path("silent").isEmpty();
            return calm ? ExitStatus.DONE : ExitStatus.REFUSED;
        }
    }

    private static void print(PrintWriter out, JsonNode json) {
        for (JsonNode alarm : json.path("disarmed")) {
            out.println("Forgotten: " + line(alarm));
        }
        for (JsonNode alarm : json.path("alarms")) {
            out.println(line(alarm));
        }
        for (JsonNode member : json.path("silent")) {
            out.println(MemberTable.text(member, "node") + " did not say: " + MemberTable.text(member, "detail"));
        }
        if (json.path("alarms").isEmpty() && json.path("silent").isEmpty()) {
            out.println("No alarms.");
        }
    }

    private static String line(JsonNode alarm) {
        return MemberTable.text(alarm, "node") + " " + MemberTable.text(alarm, "code") + ": " + MemberTable.text(alarm, "detail");
    }
}
