package io.canvass.raft.planted;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Reads a fault's file; the form is told in {@code src/test/resources/planted/README.md}. */
final class FaultFile {
    private static final String BEGIN = "<<<<";
    private static final String MIDDLE = "====";
    private static final String END = ">>>>";

    private final String name;
    private String title = "";
    private String why = "";
    private String file = "";
    private final List<SourceChange> changes = new ArrayList<>();
    private List<SourceChange.Replacement> replacements = new ArrayList<>();
    private final List<QuickCheck> caughtBy = new ArrayList<>();
    private final Set<String> notFor = new HashSet<>();

    private FaultFile(String name) {
        this.name = name;
    }

    static Fault parse(String name, List<String> lines) {
        FaultFile reader = new FaultFile(name);
        Iterator<String> rest = lines.iterator();
        while (rest.hasNext()) {
            reader.line(rest.next(), rest);
        }
        return reader.finished();
    }

    private void line(String line, Iterator<String> rest) {
        if (line.isBlank()) {
            return;
        }
        if (line.equals(BEGIN)) {
            String was = until(MIDDLE, rest);
            replacements.add(new SourceChange.Replacement(was, until(END, rest)));
            return;
        }
        int colon = line.indexOf(": ");
        String key = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 2).strip();
        switch (key) {
            case "title" -> title = value;
            case "why" -> why = value;
            case "caught by" -> caughtBy.add(QuickCheck.parse(value));
            case "not for" -> notFor.add(Check.named(value).word());
            case "file" -> {
                endFile();
                file = value;
            }
            default -> throw new PlantedFaultException(name + ": a line that means nothing: '" + line + "'");
        }
    }

    private String until(String mark, Iterator<String> rest) {
        StringBuilder text = new StringBuilder();
        while (rest.hasNext()) {
            String line = rest.next();
            if (line.equals(mark)) {
                return text.toString();
            }
            text.append(line).append('\n');
        }
        throw new PlantedFaultException(name + ": a replacement without its '" + mark + "'");
    }

    private void endFile() {
        if (!replacements.isEmpty()) {
            changes.add(new SourceChange(file, replacements));
            replacements = new ArrayList<>();
        }
    }

    private Fault finished() {
        endFile();
        boolean named = changes.stream().noneMatch(change -> change.file().isEmpty());
        if (title.isEmpty() || why.isEmpty() || changes.isEmpty() || caughtBy.isEmpty() || !named) {
            throw new PlantedFaultException(
                    name + " needs a title, a why, a file with a replacement, and a check that it is caught by");
        }
        return new Fault(name, title, why, changes, caughtBy, notFor);
    }
}
