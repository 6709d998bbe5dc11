package io.canvass.raft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Whether a history of registers is linearizable: whether there is one order of all operations that agrees with real time and
 * with what clients were told. Key by key, as linearizability is local. The algorithm is that of Wing and Gong with Lowe's cache
 * of configurations already seen ("Testing for linearizability", 2017).
 *
 * <p>Each value is written to a key at most once. So what is overwritten never comes back, and nothing may overwrite it while
 * somebody has yet to see it; without that rule some histories of a few hundred operations take for ever.
 */
final class Linearizability {
    private Linearizability() {}

    /** The first key, in alphabetical order, whose history is not linearizable. */
    static Optional<String> violatedKey(List<Operation> history) {
        Map<String, List<Operation>> byKey =
                history.stream().collect(Collectors.groupingBy(Operation::key, TreeMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Operation>> one : byKey.entrySet()) {
            if (!new Search(one.getValue()).succeeds()) {
                return Optional.of(one.getKey());
            }
        }
        return Optional.empty();
    }

    /** A call or its return, in a list from which what is linearized is taken out and put back. */
    private static final class Event {
        final int operation;
        final boolean isCall;
        @Nullable Event other;
        @Nullable Event before;
        @Nullable Event after;

        Event(int operation, boolean isCall) {
            this.operation = operation;
            this.isCall = isCall;
        }

        void takeOut() {
            link(before, after);
        }

        void putBack() {
            if (before != null) {
                before.after = this;
            }
            if (after != null) {
                after.before = this;
            }
        }

        static void link(@Nullable Event one, @Nullable Event next) {
            if (one != null) {
                one.after = next;
            }
            if (next != null) {
                next.before = one;
            }
        }
    }

    private record Seen(BitSet linearized, Optional<String> state) {}

    private record Choice(Event call, Optional<String> stateBefore) {}

    private static final class Search {
        private final List<Operation> operations;
        private final Event head = new Event(-1, true);
        private final Set<Seen> seen = new HashSet<>();
        private final Deque<Choice> chosen = new ArrayDeque<>();
        private final BitSet linearized = new BitSet();
        private Optional<String> state = Optional.empty();
        /** By value: how many that were told that they saw it are not in the order yet. */
        private final Map<Optional<String>, Integer> yetToSee = new HashMap<>();

        Search(List<Operation> operations) {
            this.operations = operations;
            build();
            operations.forEach(operation -> seen(operation, 1));
        }

        /** What an operation was told that it saw. */
        private static Optional<Optional<String>> sawOf(Operation operation) {
            return switch (operation.kind()) {
                case WRITE -> Optional.empty();
                case READ -> operation.isPending() ? Optional.empty() : Optional.of(operation.value());
                case COMPARE_AND_SET ->
                    operation.isPending() || !operation.succeeded() ? Optional.empty() : Optional.of(operation.expected());
            };
        }

        private void seen(Operation operation, int more) {
            sawOf(operation).ifPresent(value -> yetToSee.merge(value, more, Integer::sum));
        }

        private record Timed(long at, Event event) {}

        private void build() {
            List<Timed> events = new ArrayList<>();
            for (int i = 0; i < operations.size(); i++) {
                Event call = new Event(i, true);
                Event back = new Event(i, false);
                call.other = back;
                events.add(new Timed(operations.get(i).invoked(), call));
                events.add(new Timed(operations.get(i).returned(), back));
            }
            events.sort(Comparator.comparingLong(Timed::at));
            Event last = head;
            for (Timed timed : events) {
                Event.link(last, timed.event());
                last = timed.event();
            }
        }

        boolean succeeds() {
            Event event = head.after;
            while (event != null) {
                if (event.isCall) {
                    event = tried(event);
                } else if (operations.get(event.operation).isPending()) {
                    // Only what was never answered is left: it may all happen now, or never.
                    return true;
                } else if (chosen.isEmpty()) {
                    return false;
                } else {
                    event = undone();
                }
            }
            return true;
        }

        /** Takes this operation as the next one if that can be, and answers where to look on. */
        private @Nullable Event tried(Event call) {
            Operation operation = operations.get(call.operation);
            if (canBeNext(operation)) {
                Optional<String> next = after(operation);
                BitSet with = (BitSet) linearized.clone();
                with.set(call.operation);
                if (seen.add(new Seen(with, next))) {
                    chosen.push(new Choice(call, state));
                    linearized.set(call.operation);
                    seen(operation, -1);
                    state = next;
                    call.takeOut();
                    if (call.other != null) {
                        call.other.takeOut();
                    }
                    return head.after;
                }
            }
            return call.after;
        }

        private @Nullable Event undone() {
            Choice last = chosen.pop();
            state = last.stateBefore();
            linearized.clear(last.call().operation);
            seen(operations.get(last.call().operation), 1);
            if (last.call().other != null) {
                last.call().other.putBack();
            }
            last.call().putBack();
            return last.call().after;
        }

        private boolean canBeNext(Operation operation) {
            return agrees(operation) && !overwritesTooEarly(operation);
        }

        private boolean overwritesTooEarly(Operation operation) {
            int others = yetToSee.getOrDefault(state, 0) - (sawOf(operation).isPresent() ? 1 : 0);
            return others > 0 && !after(operation).equals(state);
        }

        private boolean agrees(Operation operation) {
            return switch (operation.kind()) {
                case WRITE -> true;
                case READ -> state.equals(operation.value());
                case COMPARE_AND_SET -> operation.isPending() || operation.succeeded() == state.equals(operation.expected());
            };
        }

        private Optional<String> after(Operation operation) {
            return switch (operation.kind()) {
                case WRITE -> operation.value();
                case READ -> state;
                case COMPARE_AND_SET -> state.equals(operation.expected()) ? operation.value() : state;
            };
        }
    }
}
