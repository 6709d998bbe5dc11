package io.canvass.kv.tools;

import java.io.PrintWriter;

import tools.jackson.databind.JsonNode;

/** The members, as people read them. */
final class MemberTable {
    private static final String UNKNOWN = "-";

    private MemberTable() {}

    /** @param members as {@code GET /v1/cluster} has them */
    static void print(PrintWriter out, JsonNode members) {
        Table table = new Table("ID", "ROLE", "PROMOTE", "ADDRESS", "CONNECTED", "CONTACT", "LAG", "DIRECTORY", "URL");
        for (JsonNode member : members) {
            table.row(
                    text(member, "id"),
                    text(member, "role"),
                    member.path("voter").asBoolean(false) ? UNKNOWN : text(member, "promote"),
                    text(member, "address"),
                    member.path("connected").asBoolean(false) ? "yes" : "no",
                    member.has("lastContactMs") ? member.path("lastContactMs").asLong(0) + " ms" : UNKNOWN,
                    member.has("lag") ? Long.toString(member.path("lag").asLong(0)) : UNKNOWN,
                    text(member, "directoryId"),
                    text(member, "url"));
        }
        table.print(out);
        for (JsonNode member : members) {
            if (!member.path("detail").asString("").isEmpty()) {
                out.println(text(member, "id") + " is not connected: " + text(member, "detail"));
            }
            if (member.has("seenDirectoryId")) {
                out.println(text(member, "id") + " has come with another directory, " + text(member, "seenDirectoryId")
                        + ": it lost its disk, or another node bears its name.");
            }
        }
    }

    static String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isMissingNode() || value.isNull() ? UNKNOWN : value.asString();
    }
}
