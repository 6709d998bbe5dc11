package io.canvass.kv.tools;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;

/** The root of all subcommands; a new one is added to the list here. */
@Command(
        name = Kvctl.NAME,
        description = "Looks after a Canvass cluster.",
        mixinStandardHelpOptions = true,
        versionProvider = Kvctl.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AlarmsCommand.class,
            HealCommand.class,
            LeaderCommand.class,
            MemberCommand.class,
            PreflightCommand.class,
            RecoverCommand.class,
            RestoreCommand.class,
            SafeToStopCommand.class,
            SnapshotCommand.class,
            StatusCommand.class
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done, or the answer is yes",
            "1:refused, failed, or the answer is no; nothing was changed",
            "2:wrong usage",
            "3:no answer, or nobody can do it now; nothing was changed",
            "4:whether it happened is not known"
        })
public final class Kvctl {
    static final String NAME = "kvctl";
    private static final Set<String> ASKS_FOR_HELP = Set.of("-h", "--help", "-V", "--version");

    private Kvctl() {}

    /**
     * Whether the arguments of the jar are for the tools and not for a node, whose arguments all begin with {@code --}. A word that
     * no tool has is for them too: to start a node because of a slip of the pen would be no help.
     */
    public static boolean isMeant(String... args) {
        return args.length > 0 && (!args[0].startsWith("-") || ASKS_FOR_HELP.contains(args[0]));
    }

    /**
     * Runs a subcommand on this thread, to its end.
     *
     * @return the exit status
     */
    public static int run(String... args) {
        // What stores say of their doings is for a node's log.
        LoggingSystem.get(Kvctl.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
        return run(writer(System.out), writer(System.err), args);
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        String[] command = args.length > 0 && args[0].equals(NAME) ? withoutFirst(args) : args;
        CommandLine root = new CommandLine(new Kvctl()).setOut(out).setErr(err);
        if (command.length == 0) {
            root.usage(err);
            return ExitStatus.USAGE;
        }
        root.setExecutionExceptionHandler((failure, line, _) -> failed(failure, line));
        return root.execute(command);
    }

    /** In the charset of the terminal. */
    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    private static String[] withoutFirst(String... args) {
        String[] rest = new String[args.length - 1];
        System.arraycopy(args, 1, rest, 0, rest.length);
        return rest;
    }

    /** A sentence for what was foreseen; for the rest, which is a fault of ours, where it happened. */
    private static int failed(Exception failure, CommandLine line) {
        PrintWriter err = line.getErr();
        if (failure instanceof ToolException foreseen) {
            err.println(NAME + ": " + foreseen.getMessage());
            return foreseen.exitStatus();
        }
        failure.printStackTrace(err);
        return ExitStatus.REFUSED;
    }

    /** Where a command that is running prints. */
    static PrintWriter out(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "picocli sets it before the call").commandLine().getOut();
    }

    /** That of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Kvctl.class.getPackage().getImplementationVersion();
            return new String[] {NAME + " " + (version == null ? "of a build without a version" : version)};
        }
    }
}
