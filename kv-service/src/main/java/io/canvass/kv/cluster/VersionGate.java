package io.canvass.kv.cluster;

import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import io.canvass.kv.store.Commands;
import io.canvass.proto.kv.v1.Command;
import io.canvass.raft.core.Configuration;

/**
 * Keeps commands out of the log that some member cannot apply. What a member speaks stands in the configuration, so that it
 * is known while the member is away, too; where nothing stands, it is the first version. Whatever a leader's own
 * configuration allows lies behind that configuration in the log: no replica has it without the other. Thread-safe.
 */
final class VersionGate {
    /** A member of which the configuration does not say it yet. */
    private static final int UNKNOWN = 0;

    private final ToIntFunction<Command> requiredVersion;

    /** @param requiredVersion of a command, the lowest protocol version whose nodes apply it */
    VersionGate(ToIntFunction<Command> requiredVersion) {
        this.requiredVersion = requiredVersion;
    }

    /** As this release knows its commands. */
    static VersionGate ofThisRelease() {
        return new VersionGate(Commands::requiredVersion);
    }

    int requiredVersion(Command command) {
        return requiredVersion.applyAsInt(command);
    }

    /**
     * Why a leader may not take a command.
     *
     * @param why a sentence
     * @param passing whether it only is not written down yet what the members speak, as in the first seconds of a cluster; no
     *     member is known to be of an older release
     */
    record Refusal(String why, boolean passing) {}

    /** Why this leader may not take a command of that version yet; empty if it may. */
    static Optional<Refusal> refusal(int required, Configuration configuration) {
        if (required <= Commands.FIRST_VERSION) {
            return Optional.empty();
        }
        List<Configuration.Member> older = configuration.members().stream()
                .filter(member -> member.maxVersion() < required)
                .toList();
        if (older.isEmpty()) {
            return Optional.empty();
        }
        String who = older.stream()
                .map(member -> member.key().nodeId() + " (" + member.maxVersion() + ")")
                .collect(Collectors.joining(", "));
        String why = "It needs protocol version " + required + " on all members, and these are not known to speak it: " + who + ".";
        return Optional.of(new Refusal(why, older.stream().allMatch(member -> member.maxVersion() == UNKNOWN)));
    }
}
