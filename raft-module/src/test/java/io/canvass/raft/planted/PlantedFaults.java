package io.canvass.raft.planted;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code bin/planted-faults}: all checks on all faults, a file for each finding, and a table of them. */
public final class PlantedFaults {
    /** Something did not end, and its thread is left behind: a new process is to go on. */
    private static final int GO_ON = 3;

    private final Path findings;

    private PlantedFaults(Path findings) {
        this.findings = findings;
    }

    /**
     * {@code faults} or {@code checks}: their names. {@code check}, a folder, the words of checks with commas between
     * them, and names of faults: whatever has no file in the folder yet. {@code table} and a folder: the table.
     */
    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "faults" -> Fault.all().forEach(fault -> System.out.println(fault.name()));
            case "checks" -> Check.ALL.forEach(check -> System.out.println(check.word()));
            case "table" -> System.out.print(FaultTable.of(new PlantedFaults(Path.of(arguments[1])).all()));
            case "check" -> {
                List<Fault> faults = Arrays.stream(arguments).skip(3).map(Fault::named).toList();
                List<Check> checks = Arrays.stream(arguments[2].split(",", -1)).map(Check::named).toList();
                System.exit(new PlantedFaults(Path.of(arguments[1])).check(faults, checks) ? 0 : GO_ON);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private boolean check(List<Fault> faults, List<Check> checks) throws IOException {
        for (Fault fault : faults) {
            for (Check check : checks) {
                if (check.concerns(fault) && !Files.exists(file(fault, check))) {
                    Finding finding = check.run(Variant.of(fault), fault);
                    Files.write(file(fault, check), finding.lines(), StandardCharsets.UTF_8);
                    if (finding.words().startsWith(Check.ENDLESS)) {
                        return false;
                    }
                }
            }
            System.err.println(fault.name() + ": " + words(found(fault)));
        }
        return true;
    }

    private Path file(Fault fault, Check check) {
        return findings.resolve(fault.name() + "." + check.word());
    }

    private static String words(Map<Check, Finding> found) {
        return found.entrySet().stream()
                .map(one -> one.getKey().heading() + " " + (one.getValue().caught() ? "" : "missed, ")
                        + one.getValue().words())
                .collect(Collectors.joining("; "));
    }

    private Map<Check, Finding> found(Fault fault) throws IOException {
        Map<Check, Finding> found = new LinkedHashMap<>();
        for (Check check : Check.ALL) {
            if (Files.exists(file(fault, check))) {
                found.put(check, Finding.of(Files.readAllLines(file(fault, check))));
            }
        }
        return found;
    }

    private Map<Fault, Map<Check, Finding>> all() throws IOException {
        Map<Fault, Map<Check, Finding>> all = new LinkedHashMap<>();
        for (Fault fault : Fault.all()) {
            Map<Check, Finding> found = found(fault);
            for (Check check : Check.ALL) {
                if (check.concerns(fault) && !found.containsKey(check)) {
                    throw new PlantedFaultException("The " + check.heading() + " were not run on " + fault
                            + ": run bin/planted-faults without names");
                }
            }
            if (found.values().stream().noneMatch(Finding::caught)) {
                throw new PlantedFaultException(fault + " is caught by nothing: mend the checks");
            }
            all.put(fault, found);
        }
        return all;
    }
}
