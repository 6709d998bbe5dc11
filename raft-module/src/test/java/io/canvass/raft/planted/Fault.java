package io.canvass.raft.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One planted fault, as its file tells it.
 *
 * @param name the name of its file, without the ending
 * @param title what is wrong in the variant, in a few words
 * @param why how a careful engineer comes to make this change
 * @param changes one for each source file that it changes
 * @param caughtBy the quick checks that are to catch it, all of them
 * @param notFor words of checks that never come to what it changes
 */
public record Fault(
        String name,
        String title,
        String why,
        List<SourceChange> changes,
        List<QuickCheck> caughtBy,
        Set<String> notFor) {
    static final Path FOLDER = Path.of("src/test/resources/planted");
    static final String ENDING = ".fault";

    public Fault {
        changes = List.copyOf(changes);
        caughtBy = List.copyOf(caughtBy);
        notFor = Set.copyOf(notFor);
    }

    /** All there are, in the order of their names. */
    public static List<Fault> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .sorted()
                    .map(Fault::read)
                    .toList();
        } catch (IOException e) {
            throw new PlantedFaultException("The folder " + FOLDER + " cannot be read", e);
        }
    }

    /** @param name the name of its file, without the ending */
    public static Fault named(String name) {
        return read(FOLDER.resolve(name + ENDING));
    }

    /** @param file anywhere */
    public static Fault read(Path file) {
        String fileName = file.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - ENDING.length());
        try {
            return FaultFile.parse(name, Files.readAllLines(file));
        } catch (IOException e) {
            throw new PlantedFaultException(file + " cannot be read", e);
        }
    }

    /**
     * Compiles it, and has all its checks run.
     *
     * @return by the words of each check that it names, what that found; empty if it found nothing
     */
    public Map<String, Optional<String>> found() {
        Variant variant = Variant.of(this);
        Map<String, Optional<String>> found = new LinkedHashMap<>();
        for (QuickCheck check : caughtBy) {
            Finding finding = check.run(variant);
            found.put(check.toString(), finding.caught() ? Optional.of(finding.words()) : Optional.empty());
        }
        return found;
    }

    /** The package of what it changes, such as {@code core}: whose unit tests are to know. */
    String changedPackage() {
        String file = changes.getFirst().file();
        String folder = file.substring(0, file.lastIndexOf('/'));
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return name;
    }
}
