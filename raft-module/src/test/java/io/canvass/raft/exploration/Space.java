package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.canvass.raft.core.Message;
import org.jspecify.annotations.Nullable;

/**
 * The states of a world and the ways between them. A state is a run of numbers: of its three replicas, of its
 * history, what is left of the budgets, and of the messages under way in ascending order. Whatever happens to a
 * replica is worked out by the real core once for each state of the replica, and looked up from then on, wherever the
 * others are.
 */
final class Space {
    static final int HISTORY = Cluster.VOTERS;
    static final int BUDGET = HISTORY + 1;
    static final int FLIGHTS = BUDGET + 1;

    /** Where a choice leads. Without a state it leads out of the bounds, or, where it is void, nowhere. */
    static final class Next {
        static final Next VOID = new Next(null, null, null);
        static final Next TOO_MANY = new Next(null, null, Bound.IN_FLIGHT);
        static final Next TOO_HIGH = new Next(null, null, Bound.EPOCHS);

        private final int @Nullable [] state;
        private final @Nullable Broken broken;
        private final @Nullable Bound cutBy;

        private Next(int @Nullable [] state, @Nullable Broken broken, @Nullable Bound cutBy) {
            this.state = state;
            this.broken = broken;
            this.cutBy = cutBy;
        }

        int @Nullable [] state() {
            return state;
        }

        @Nullable Broken broken() {
            return broken;
        }

        @Nullable Bound cutBy() {
            return cutBy;
        }
    }

    /** A {@link Moved}, with all that is in it by number. */
    private record Move(Moved moved, int replica, int naming, List<Integer> said, boolean watched) {}

    private record Renamed(int flight, int naming, boolean lost) {}

    private final Bounds bounds;
    private final Moves moves;
    private final Symmetry symmetry;
    private final Table<Replica> replicas;
    private final Table<Flight> flights;
    private final Table<History> histories;
    private final List<Naming> namings = new ArrayList<>();
    private final Map<Naming, Integer> namingNumbers = new HashMap<>();
    private final Map<Long, Move> known = new HashMap<>();
    private final Map<Renamed, Integer> renamed = new HashMap<>();

    Space(Bounds bounds) {
        this.bounds = bounds;
        moves = new Moves(bounds);
        symmetry = new Symmetry(bounds);
        replicas = new Table<>(symmetry.renamings());
        flights = new Table<>(symmetry.renamings());
        histories = new Table<>(symmetry.renamings());
    }

    int replicaStates() {
        return replicas.size();
    }

    int moves() {
        return known.size();
    }

    Replica replica(int[] state, int number) {
        return replicas.get(state[number]);
    }

    Flight flight(int[] state, int place) {
        return flights.get(state[place]);
    }

    History history(int[] state) {
        return histories.get(state[HISTORY]);
    }

    /** Equal for states that are one state. */
    long hash(int[] state) {
        return symmetry.hash(state, replicas, flights, histories);
    }

    /** A state as it is told in a walk. */
    int[] numbered(List<Replica> all, History history, int budget, List<Flight> underWay) {
        int[] state = new int[FLIGHTS + underWay.size()];
        List<Naming> names = all.stream().map(Naming::of).toList();
        for (int i = 0; i < Cluster.VOTERS; i++) {
            state[i] = replicas.numberOf(CoreCopy.canonical(all.get(i), bounds.has(Bound.LEASE_READS)));
        }
        state[HISTORY] = histories.numberOf(history);
        state[BUDGET] = budget;
        for (int i = 0; i < underWay.size(); i++) {
            state[FLIGHTS + i] = flights.numberOf(canonical(underWay.get(i), names));
        }
        Arrays.sort(state, FLIGHTS, state.length);
        return state;
    }

    static Flight canonical(Flight flight, List<Naming> names) {
        Flight bySender = names.get(Cluster.numberOf(flight.from())).rename(flight);
        boolean answer = !flight.owner().equals(flight.from());
        return answer ? names.get(Cluster.numberOf(flight.owner())).renameContent(bySender) : bySender;
    }

    // ---- choices

    List<Choice> choices(int[] state) {
        List<Choice> choices = new ArrayList<>();
        for (int place = FLIGHTS; place < state.length; place++) {
            Flight flight = flight(state, place);
            boolean again = place > FLIGHTS && state[place] == state[place - 1];
            if (!again && !flight.isHeld()) {
                addWithSlowDisk(choices, state, Choice.of(Choice.Kind.DELIVER, flight, state[place]));
                choices.add(Choice.of(Choice.Kind.LOSE, flight, state[place]));
                if (flight.message() instanceof Message.Request && isLeft(state, Bound.DUPLICATES)) {
                    choices.add(Choice.of(Choice.Kind.REPEAT, flight, state[place]));
                }
            }
        }
        for (int number = 0; number < Cluster.VOTERS; number++) {
            addOf(choices, state, number);
        }
        return choices;
    }

    private void addOf(List<Choice> choices, int[] state, int number) {
        Replica replica = replica(state, number);
        if (replica.deadline() != Long.MAX_VALUE && isLeft(state, timerBudget(replica))) {
            addWithSlowDisk(choices, state, Choice.of(Choice.Kind.TIMER, number));
        }
        if (isLeft(state, Bound.PAUSES) && moves.nextMoment(replica) != Long.MAX_VALUE) {
            choices.add(Choice.of(Choice.Kind.PAUSE, number));
        }
        if (replica.leads() && isLeft(state, Bound.PROPOSALS)) {
            addWithSlowDisk(choices, state, Choice.of(Choice.Kind.PROPOSE, number));
        }
        if (replica.leads() && isLeft(state, Bound.RESIGNATIONS)) {
            choices.add(Choice.of(Choice.Kind.RESIGN, number));
        }
        for (int count = 0; count <= replica.writes().size(); count++) {
            if (count > 0) {
                choices.add(Choice.of(Choice.Kind.SYNC, number, count));
            }
            if (isLeft(state, Bound.RESTARTS)) {
                choices.add(Choice.of(Choice.Kind.RESTART, number, count));
            }
        }
    }

    /** A disk that has something left to do is slow anyway. */
    private void addWithSlowDisk(List<Choice> choices, int[] state, Choice choice) {
        choices.add(choice);
        if (isLeft(state, Bound.SLOW_WRITES) && replica(state, choice.replica()).writes().isEmpty()) {
            choices.add(choice.withSlowDisk());
        }
    }

    private static boolean isLeft(int[] state, Bound bound) {
        return Bounds.left(state[BUDGET], bound) > 0;
    }

    private static Bound timerBudget(Replica replica) {
        return Moves.isHeartbeat(replica) ? Bound.HEARTBEATS : Bound.TIMEOUTS;
    }

    /** What is left after a choice. */
    static int budgetAfter(int budget, Choice choice, Replica replica) {
        int left = choice.slow() ? Bounds.spend(budget, Bound.SLOW_WRITES) : budget;
        return switch (choice.kind()) {
            case DELIVER, LOSE, SYNC -> left;
            case REPEAT -> Bounds.spend(left, Bound.DUPLICATES);
            case TIMER -> Bounds.spend(left, timerBudget(replica));
            case PAUSE -> Bounds.spend(left, Bound.PAUSES);
            case RESTART -> Bounds.spend(left, Bound.RESTARTS);
            case PROPOSE -> Bounds.spend(left, Bound.PROPOSALS);
            case RESIGN -> Bounds.spend(left, Bound.RESIGNATIONS);
        };
    }

    // ---- steps

    Next next(int[] state, Choice choice) {
        if (choice.kind() == Choice.Kind.LOSE) {
            return new Next(without(state, choice.number()), null, null);
        }
        Move move = moveOf(state[choice.replica()], choice);
        if (move.moved().broken() != null) {
            return new Next(null, move.moved().broken(), null);
        }
        if (choice.slow() && !move.moved().writesLeft()) {
            return Next.VOID;
        }
        int consumed = choice.kind() == Choice.Kind.DELIVER ? choice.number() : -1;
        try {
            return after(state, choice, move, consumed);
        } catch (Broken broken) {
            return new Next(null, broken, null);
        }
    }

    private static int[] without(int[] state, int flight) {
        int[] left = new int[state.length - 1];
        int at = 0;
        boolean found = false;
        for (int i = 0; i < state.length; i++) {
            if (!found && i >= FLIGHTS && state[i] == flight) {
                found = true;
            } else {
                left[at++] = state[i];
            }
        }
        return left;
    }

    private Move moveOf(int replica, Choice choice) {
        int what = (choice.number() << 8) | (choice.kind().letter << 1) | (choice.slow() ? 1 : 0);
        Replica before = replicas.get(replica);
        return known.computeIfAbsent(((long) replica << 32) | what, key ->
                numbered(moves.make(choice, before), before));
    }

    private Move numbered(Moved moved, Replica before) {
        if (moved.broken() != null) {
            return new Move(moved, -1, -1, List.of(), false);
        }
        Naming naming = Naming.of(moved.replica());
        Integer number = namingNumbers.putIfAbsent(naming, namings.size());
        if (number == null) {
            namings.add(naming);
        }
        List<Integer> said = moved.said().stream().map(flight -> flights.numberOf(naming.rename(flight))).toList();
        Replica after = CoreCopy.canonical(moved.replica(), bounds.has(Bound.LEASE_READS));
        boolean watched = moved.elected() >= 0
                || !after.log().equals(before.log())
                || after.core().status().commitIndex() > before.core().status().commitIndex()
                || moved.said().stream().anyMatch(flight -> !flight.isHeld() && History.isVote(flight));
        return new Move(moved, replicas.numberOf(after), number == null ? namings.size() - 1 : number, said, watched);
    }

    private Next after(int[] state, Choice choice, Move move, int consumed) {
        int[] next = new int[state.length + move.said().size()];
        System.arraycopy(state, 0, next, 0, FLIGHTS);
        next[choice.replica()] = move.replica();
        next[BUDGET] = budgetAfter(state[BUDGET], choice, replica(state, choice.replica()));
        List<Flight> left = new ArrayList<>();
        int count = renameUnderWay(state, choice.replica(), move, consumed, next, left);
        for (int said : move.said()) {
            next[count++] = said;
        }
        if (move.watched() || !left.isEmpty()) {
            next[HISTORY] = histories.numberOf(historyAfter(state, next, choice.replica(), move, left));
        }
        if (replicas.get(move.replica()).epoch() > bounds.of(Bound.EPOCHS)) {
            return Next.TOO_HIGH;
        }
        if (count - FLIGHTS > bounds.of(Bound.IN_FLIGHT)) {
            return Next.TOO_MANY;
        }
        Arrays.sort(next, FLIGHTS, count);
        return new Next(Arrays.copyOf(next, count), null, null);
    }

    private int renameUnderWay(int[] state, int stepped, Move move, int consumed, int[] next, List<Flight> left) {
        int count = FLIGHTS;
        boolean found = false;
        for (int place = FLIGHTS; place < state.length; place++) {
            int flight = state[place];
            if (!found && flight == consumed) {
                found = true;
                continue;
            }
            int now = renamed(flight, stepped, move);
            if (now >= 0) {
                next[count++] = now;
                if (flights.get(flight).isHeld() && !flights.get(now).isHeld()) {
                    left.add(flights.get(now));
                }
            }
        }
        return count;
    }

    /** What a message under way is after this step of a replica, or -1 if it is gone. */
    private int renamed(int flight, int stepped, Move move) {
        Flight was = flights.get(flight);
        if (Cluster.numberOf(was.from()) != stepped && Cluster.numberOf(was.to()) != stepped) {
            return flight;
        }
        boolean lost = move.moved().lost();
        return renamed.computeIfAbsent(new Renamed(flight, move.naming(), lost), key -> {
            Flight survivor = lost ? was.afterCrashOf(namings.get(move.naming()).self()) : was;
            return survivor == null ? -1 : flights.numberOf(namings.get(move.naming()).rename(survivor));
        });
    }

    private History historyAfter(int[] state, int[] next, int stepped, Move move, List<Flight> left) {
        Replica replica = replicas.get(move.replica());
        left.forEach(flight -> Judge.judgeSaid(flight, replica.disk()));
        List<Flight> all = new ArrayList<>(left);
        for (int said : move.said()) {
            if (!flights.get(said).isHeld()) {
                all.add(flights.get(said));
            }
        }
        List<Replica> replicasNow = new ArrayList<>();
        for (int number = 0; number < Cluster.VOTERS; number++) {
            replicasNow.add(replicas.get(next[number]));
        }
        return history(state).after(replicas.get(next[stepped]), move.moved().elected(), all, replicasNow);
    }
}
