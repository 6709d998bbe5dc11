package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.simulation.Words;
import org.jspecify.annotations.Nullable;

/**
 * One way through a world, made by real cores that live from its begin to its end, with nothing renamed and nothing
 * looked up; and told in words. Each choice has a name, so that a way can be walked again: {@code t1} is a timer of
 * n1, {@code d4} the arrival of m4.
 */
final class Walk {
    private record Letter(int number, Flight flight) {}

    private final Moves moves;
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Letter> letters = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private History history = History.empty();
    private int budget;
    private int lastLetter;
    private @Nullable Broken broken;

    private Walk(Bounds bounds) {
        this.moves = new Moves(bounds);
        this.budget = bounds.budget();
        for (int number = 0; number < Cluster.VOTERS; number++) {
            replicas.add(moves.first(number));
        }
    }

    /** At the begin of a world. What leads to it is told, and costs nothing of what the world is bounded by. */
    static Walk begin(Bounds bounds) {
        Walk walk = new Walk(bounds);
        if (bounds.has(Bound.LED)) {
            walk.budget = Integer.MAX_VALUE;
            for (int i = 0; i < 2; i++) {
                walk.take(Choice.of(Choice.Kind.TIMER, 0));
                while (!walk.letters.isEmpty()) {
                    Letter first = walk.letters.getFirst();
                    walk.take(Choice.of(Choice.Kind.DELIVER, first.flight(), first.number()));
                }
            }
            walk.budget = bounds.budget();
            walk.names.clear();
            walk.lines.add("Here the world begins.");
        }
        return walk;
    }

    List<String> lines() {
        return lines;
    }

    /** The names of all choices. */
    String path() {
        return String.join(" ", names);
    }

    @Nullable Broken broken() {
        return broken;
    }

    int[] numberedIn(Space space) {
        return space.numbered(replicas, history, budget, letters.stream().map(Letter::flight).toList());
    }

    // ---- choices

    /** Takes a choice of a canonical state: the message is one that would be called so. */
    void takeAs(Choice canonical) {
        Flight wanted = canonical.flight();
        if (wanted == null) {
            take(canonical);
            return;
        }
        List<Naming> now = replicas.stream().map(Naming::of).toList();
        for (Letter letter : letters) {
            if (Space.canonical(letter.flight(), now).equals(wanted)) {
                take(new Choice(canonical.kind(),
                        canonical.replica(), letter.flight(), canonical.slow(), letter.number()));
                return;
            }
        }
        throw new IllegalStateException("No message under way is " + wanted);
    }

    /** Takes a choice by its name. */
    void take(String name) {
        boolean slow = name.endsWith("!");
        String[] parts = name.substring(1, name.length() - (slow ? 1 : 0)).split(":", -1);
        int number = Integer.parseInt(parts[0]);
        for (Choice.Kind kind : Choice.Kind.values()) {
            if (kind.letter == name.charAt(0)) {
                Choice choice = kind.takesMessage()
                        ? Choice.of(kind, letter(number).flight(), number)
                        : Choice.of(kind, number - 1, parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
                take(slow ? choice.withSlowDisk() : choice);
                return;
            }
        }
        throw new IllegalArgumentException("No such choice: " + name);
    }

    private Letter letter(int number) {
        for (Letter letter : letters) {
            if (letter.number() == number) {
                return letter;
            }
        }
        throw new IllegalArgumentException("m" + number + " is not under way");
    }

    private static String nameOf(Choice choice) {
        String name = "" + choice.kind().letter + (choice.kind().takesMessage() ? choice.number() : choice.replica()
                + 1);
        boolean counted = choice.kind() == Choice.Kind.SYNC || choice.kind() == Choice.Kind.RESTART;
        return name + (counted ? ":" + choice.number() : "") + (choice.slow() ? "!" : "");
    }

    private void take(Choice choice) {
        Replica before = replicas.get(choice.replica());
        budget = Space.budgetAfter(budget, choice, before);
        names.add(nameOf(choice));
        say(choice, before);
        if (choice.kind().takesMessage() && choice.kind() != Choice.Kind.REPEAT) {
            letters.remove(letter(choice.number()));
        }
        if (choice.kind() == Choice.Kind.LOSE) {
            return;
        }
        try {
            Moved moved = moves.make(choice, before);
            if (moved.broken() != null) {
                throw moved.broken();
            }
            settle(choice.replica(), moved);
        } catch (Broken found) {
            broken = found;
            lines.add("BROKEN: " + found.getMessage());
        }
    }

    private void settle(int number, Moved moved) {
        Replica before = replicas.set(number, moved.replica());
        List<Flight> left = new ArrayList<>();
        List<Letter> underWay = new ArrayList<>();
        for (Letter letter : letters) {
            Flight now = moved.lost() ? letter.flight().afterCrashOf(before.key().nodeId()) : letter.flight();
            boolean own = now != null && now.isHeld() && now.from().equals(before.key());
            if (now != null && own && now.heldUntil() <= moved.replica().durableToken()) {
                now = now.left();
                Judge.judgeSaid(now, moved.replica().disk());
                left.add(now);
                lines.add("          m" + letter.number() + " leaves");
            }
            if (now != null) {
                underWay.add(new Letter(letter.number(), now));
            }
        }
        letters.clear();
        letters.addAll(underWay);
        sayChange(before, moved.replica());
        for (Flight flight : moved.said()) {
            Letter letter = new Letter(++lastLetter, flight);
            letters.add(letter);
            lines.add("          m" + letter.number() + " to " + flight.to().nodeId() + ": "
                    + Words.of(flight.message())
                    + (flight.isHeld() ? " (held back until the disk is done)" : ""));
        }
        moved.said().stream().filter(flight -> !flight.isHeld()).forEach(left::add);
        history = history.after(moved.replica(), moved.elected(), left, replicas);
    }

    // ---- words

    private void say(Choice choice, Replica before) {
        String node = before.key().nodeId();
        String what =
                switch (choice.kind()) {
                    case DELIVER -> "m" + choice.number() + " arrives at " + node + " from "
                            + told(choice.requireFlight());
                    case REPEAT -> "m" + choice.number() + " arrives at " + node + ", and will once more, from "
                            + told(choice.requireFlight());
                    case LOSE -> "m" + choice.number() + " to " + node + " is lost";
                    case TIMER -> "the time of " + node + " has come: its "
                            + (Moves.isHeartbeat(before) ? "heartbeat, or its quorum, is due"
                                    : "election timer runs out");
                    case PAUSE -> "time passes at " + node + " that nothing is done about yet";
                    case SYNC -> "the disk of " + node + " finishes " + choice.number() + " of its writes";
                    case RESTART -> node + " crashes and starts again"
                            + (before.writes().isEmpty() ? "" : ", " + choice.number() + " of its writes were done");
                    case PROPOSE -> node + " is given a command";
                    case RESIGN -> node + " is told to resign";
                };
        lines.add(String.format(java.util.Locale.ROOT, "%-4s %-4s %s%s", names.size() + ".", nameOf(choice), what,
                choice.slow() ? "; its disk is slow" : ""));
    }

    private static String told(Flight flight) {
        return flight.from().nodeId() + ": " + Words.of(flight.message());
    }

    private void sayChange(Replica before, Replica after) {
        String was = standing(before);
        String is = standing(after);
        if (!was.equals(is)) {
            lines.add("          " + before.key().nodeId() + ": " + was + " -> " + is);
        }
    }

    private static String standing(Replica replica) {
        String leader = replica.role().rememberedLeader().nodeId();
        return replica.role().name() + "@" + replica.epoch()
                + (leader.isEmpty() ? "" : " of " + leader)
                + ", commit " + replica.core().status().commitIndex();
    }

}
