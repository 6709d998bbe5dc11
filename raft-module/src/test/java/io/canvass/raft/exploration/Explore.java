package io.canvass.raft.exploration;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@code bin/explore}: explores one world and says what was seen, or walks one way through it. */
public final class Explore {
    private static final String SHOW = "--show";

    private Explore() {}

    /** The options of the bounds, each with a number; {@code --show} with a path walks it. */
    public static void main(String[] arguments) {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        int show = words.indexOf(SHOW);
        List<String> path = List.of();
        if (show >= 0) {
            path = Arrays.asList(words.get(show + 1).strip().split("\\s+"));
            words.subList(show, show + 2).clear();
        }
        if (words.equals(List.of("--list"))) {
            list();
            return;
        }
        Bounds bounds;
        try {
            bounds = Bounds.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        System.exit((show >= 0 ? walk(bounds, path) : explore(bounds)) ? 0 : 1);
    }

    private static void list() {
        for (Bound bound : Bound.values()) {
            System.out.printf(Locale.ROOT, "  %-18s %s (%d)%n", bound.option() + " N", bound.meaning, bound.usual);
        }
    }

    private static boolean walk(Bounds bounds, List<String> path) {
        Walk walk = Walk.begin(bounds);
        for (String name : path) {
            if (walk.broken() == null) {
                walk.take(name);
            }
        }
        walk.lines().forEach(System.out::println);
        return walk.broken() == null;
    }

    private static long memoryOf(Exploration exploration) {
        try {
            Runtime.getRuntime().gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        } finally {
            Reference.reachabilityFence(exploration);
        }
    }

    private static boolean explore(Bounds bounds) {
        long start = System.nanoTime();
        Exploration exploration = new Exploration(bounds, System.err::println);
        Report report = exploration.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        long used = memoryOf(exploration);
        System.out.println("bin/explore " + bounds + "\n");
        report.lines().forEach(System.out::println);
        System.out.printf(Locale.ROOT,
                "%.0f s, %.0f states a second, %d MB in use at the end, of at most %d%n", seconds,
                report.states() / seconds, used >> 20, Runtime.getRuntime().maxMemory() >> 20);
        Exploration.Finding finding = report.finding();
        if (finding != null) {
            System.out.println();
            finding.walk().lines().forEach(System.out::println);
            System.out.println("\nbin/explore " + bounds + (bounds.toString().isEmpty() ? "" : " ") + SHOW + " \""
                    + finding.walk().path() + "\" tells it again");
        }
        return finding == null;
    }
}
