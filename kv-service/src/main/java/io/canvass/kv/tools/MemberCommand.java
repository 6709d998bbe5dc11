package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kvctl member}. */
@Command(
        name = "member",
        description = "The members of the cluster.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = RejoinCommand.class)
final class MemberCommand {
    private static final String MEMBERS = "/v1/cluster/members";

    @Spec
    private @Nullable CommandSpec spec;

    @Command(name = "list", description = "Lists the members.")
    int list(@Mixin ClusterOptions cluster) {
        try (ClusterClient client = cluster.client()) {
            ClusterClient.Answer answer = client.get(MEMBERS);
            PrintWriter out = Kvctl.out(spec);
            if (cluster.json()) {
                out.print(answer.text());
                out.flush();
            } else {
                MemberTable.print(out, answer.json().path("members"));
            }
            return ExitStatus.DONE;
        }
    }

    @Command(name = "add", description = "Adds a node as an observer; its leader makes a voter of it once it has caught up.")
    int add(
            @Mixin ClusterOptions cluster,
            @Mixin ChangeOptions change,
            @Parameters(index = "0", paramLabel = "ID", description = "Its node id.") String id,
            @Parameters(index = "1", paramLabel = "HOST:PORT", description = "Where its peer port is reached.") String address,
            @Option(names = "--http-url", paramLabel = "URL", defaultValue = "", description = "Where its HTTP API is reached.")
                    String url,
            @Option(names = "--directory-id", paramLabel = "UUID", defaultValue = "",
                            description = "The data directory it must come with; without one, the first that comes.")
                    String directory,
            @Option(names = "--manual", description = "It stays an observer until it is promoted.") boolean manual) {
        Map<String, String> body = members("id", id, "address", address, "url", url, "directoryId", directory);
        if (manual) {
            body.put("promote", "manual");
        }
        return done(cluster, change, "POST", MEMBERS, body, id + " is an observer");
    }

    @Command(name = "update", description = "Changes where a member is reached, or how it is promoted.")
    int update(
            @Mixin ClusterOptions cluster,
            @Mixin ChangeOptions change,
            @Parameters(paramLabel = "ID", description = "The member.") String id,
            @Option(names = "--address", paramLabel = "HOST:PORT", defaultValue = "", description = "Where its peer port is reached.")
                    String address,
            @Option(names = "--http-url", paramLabel = "URL", defaultValue = "", description = "Where its HTTP API is reached.")
                    String url,
            @Option(names = "--promote", paramLabel = "auto|manual", defaultValue = "", description = "How it becomes a voter.")
                    String promote) {
        Map<String, String> body = members("address", address, "url", url, "promote", promote);
        if (body.isEmpty()) {
            throw new ToolException(ExitStatus.USAGE, "Nothing to change: give --address, --http-url or --promote.");
        }
        return done(cluster, change, "PATCH", path(id, ""), body, id + " is changed");
    }

    @Command(name = "promote", description = "Makes a voter of an observer.")
    int promote(
            @Mixin ClusterOptions cluster,
            @Mixin ChangeOptions change,
            @Parameters(paramLabel = "ID", description = "The member.") String id) {
        return done(cluster, change, "POST", path(id, "/promote"), Map.of(), id + " is a voter");
    }

    @Command(name = "demote", description = "Makes an observer of a voter, until it is promoted again.")
    int demote(
            @Mixin ClusterOptions cluster,
            @Mixin ChangeOptions change,
            @Parameters(paramLabel = "ID", description = "The member.") String id) {
        return done(cluster, change, "POST", path(id, "/demote"), Map.of(), id + " is an observer");
    }

    @Command(name = "remove", description = "Removes a member for good; a leader hands over first.")
    int remove(
            @Mixin ClusterOptions cluster,
            @Mixin ChangeOptions change,
            @Parameters(paramLabel = "ID", description = "The member.") String id) {
        return done(cluster, change, "DELETE", path(id, ""), Map.of(), id + " is no member any more");
    }

    @Command(
            name = "replace",
            description = "The node's disk is lost and it came back with another: that takes the place of the lost one, as an"
                    + " observer that will vote when it has caught up.")
    int replace(
            @Mixin ClusterOptions cluster,
            @Mixin ChangeOptions change,
            @Parameters(paramLabel = "ID", description = "The member.") String id,
            @Option(names = "--directory-id", paramLabel = "UUID", defaultValue = "",
                            description = "The new data directory; without one, that with which the node has connected.")
                    String directory,
            @Option(names = "--address", paramLabel = "HOST:PORT", defaultValue = "", description = "Its new address, if it moved.")
                    String address,
            @Option(names = "--http-url", paramLabel = "URL", defaultValue = "", description = "Its new URL, if it moved.")
                    String url) {
        Map<String, String> body = members("directoryId", directory, "address", address, "url", url);
        return done(cluster, change, "POST", path(id, "/replace"), body, id + " is an observer with its new directory");
    }

    private int done(
            ClusterOptions cluster, ChangeOptions change, String method, String path, Map<String, String> body, String done) {
        try (ClusterClient client = cluster.client()) {
            ClusterClient.Answer answer = client.change(method, path + change.query(), body);
            PrintWriter out = Kvctl.out(spec);
            if (cluster.json()) {
                out.print(answer.text());
                out.flush();
            } else if (change.dryRun()) {
                out.println("It could be done. Nothing was changed.");
            } else {
                out.println(done + ", by the entry at index " + MemberTable.text(answer.json(), "index") + ".");
            }
            return ExitStatus.DONE;
        }
    }

    private static String path(String id, String verb) {
        return MEMBERS + "/" + ClusterClient.segment(id) + verb;
    }

    /** Names and texts in turn; what is empty was not said. */
    private static Map<String, String> members(String... namesAndTexts) {
        Map<String, String> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            if (!namesAndTexts[i + 1].isEmpty()) {
                members.put(namesAndTexts[i], namesAndTexts[i + 1]);
            }
        }
        return members;
    }
}
