package io.canvass.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The command line: {@code load} and {@code fdatasync}. */
public final class Main {
    private static final String HELP = """
            Usage: java -jar canvass-benchmarks.jar COMMAND [options]

              load        sends requests and reports throughput and latency; load --help says more
              fdatasync DIR [--json]
                          the median time that a disk takes to make 1 KiB durable
            """;
    private static final int BAD_USAGE = 2;

    private Main() {}

    /** Runs one command; ends the process with 0, with 1 when the command failed, with 2 on a bad command line. */
    public static void main(String[] args) throws InterruptedException {
        try {
            System.exit(run(Arrays.asList(args)));
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.exit(BAD_USAGE);
        } catch (IOException e) {
            System.err.println("Failed: " + e.getMessage());
            System.exit(1);
        }
    }

    private static int run(List<String> args) throws IOException, InterruptedException {
        String command = args.isEmpty() ? "" : args.getFirst();
        List<String> rest = args.isEmpty() ? List.of() : args.subList(1, args.size());
        return switch (command) {
            case "load" -> load(rest);
            case "fdatasync" -> fdatasync(rest);
            case "--help", "-h", "help" -> {
                System.out.print(HELP);
                yield 0;
            }
            default -> throw new UsageException(HELP);
        };
    }

    private static int load(List<String> args) throws IOException, InterruptedException {
        if (args.contains("--help")) {
            System.out.print(LoadOptions.HELP);
            return 0;
        }
        LoadOptions options = LoadOptions.parse(args);
        Report report = new LoadRun(options).run();
        System.out.println(options.json() ? report.json() : report.text());
        return report.succeeded() ? 0 : 1;
    }

    private static int fdatasync(List<String> args) throws IOException {
        boolean json = args.contains("--json");
        List<String> folders = args.stream().filter(arg -> !arg.startsWith("--")).toList();
        if (folders.size() != 1 || args.size() != (json ? 2 : 1)) {
            throw new UsageException("Usage: fdatasync DIR [--json]");
        }
        Fdatasync.Result result = Fdatasync.measure(Path.of(folders.getFirst()));
        System.out.println(json ? result.json() : result.text());
        return 0;
    }
}
