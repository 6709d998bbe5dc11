package io.canvass.kv.tools;

import picocli.CommandLine.Option;

/** What all changes of the members take. */
final class ChangeOptions {
    @Option(names = "--dry-run", description = "Asks whether it could be done, and changes nothing.")
    private boolean dryRun;

    @Option(
            names = "--force",
            description = "Even though too few voters would be left that answer. The cluster may then stand still.")
    private boolean force;

    boolean dryRun() {
        return dryRun;
    }

    String query() {
        String query = (dryRun ? "&dry-run=true" : "") + (force ? "&force=true" : "");
        return query.isEmpty() ? "" : "?" + query.substring(1);
    }
}
