package io.canvass.kv.monitoring;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /actuator/prometheus} answered: metric families with their series and the labels of these. */
final class Scrape {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Map<String, Map<String, Set<String>>> labels = new TreeMap<>();
    private final Set<String> families = new TreeSet<>();

    private Scrape() {}

    /** @throws IllegalArgumentException for a line that is no sample and no comment */
    static Scrape of(String... texts) {
        Scrape scrape = new Scrape();
        for (String text : texts) {
            text.lines().forEach(scrape::line);
        }
        return scrape;
    }

    private void line(String line) {
        if (line.startsWith("# TYPE ")) {
            families.add(line.split(" ", -1)[2]);
        }
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("No sample: " + line);
        }
        Map<String, Set<String>> known = labels.computeIfAbsent(sample.group(1), _ -> new LinkedHashMap<>());
        if (sample.group(2) != null) {
            Matcher label = LABEL.matcher(sample.group(2));
            while (label.find()) {
                known.computeIfAbsent(label.group(1), _ -> new TreeSet<>()).add(label.group(2));
            }
        }
    }

    /** Names of families, as their TYPE lines have them. */
    Set<String> families() {
        return families;
    }

    /** Names of series: with {@code _total}, {@code _bucket} and so on. */
    Set<String> series() {
        return labels.keySet();
    }

    /** Label to the values that were seen. */
    Map<String, Set<String>> labelsOf(String series) {
        return labels.getOrDefault(series, Map.of());
    }
}
