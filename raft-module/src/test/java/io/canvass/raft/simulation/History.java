package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.simulation.Operation.Kind;

/** What clients asked and were told, by the number of the request. Draws nothing: the same requests are the same operations. */
final class History implements Workload {
    private static final int KEYS = 3;
    private static final int SWAP_EVERY = 4;

    private final Machine.Kind machines;
    private final Map<Long, Operation> operations = new HashMap<>();
    /** What somebody last read of a key: what a compare-and-set expects. */
    private final Map<String, Machine.Seen> lastRead = new HashMap<>();
    private long clock;

    History(Machine.Kind machines) {
        this.machines = machines;
    }

    private static String key(long request) {
        return "k" + request % KEYS;
    }

    private static String value(long request) {
        return "v" + request;
    }

    @Override
    public Bytes write(long request) {
        String key = key(request);
        Machine.Seen expected = lastRead.get(key);
        if (request % SWAP_EVERY == 0 && expected != null) {
            operations.put(request, new Operation(key, Kind.COMPARE_AND_SET, ++clock, Operation.NEVER,
                    Optional.of(value(request)), Optional.of(expected.value()), false));
            return machines.compareAndSet(key, expected, value(request));
        }
        operations.put(request, new Operation(key, Kind.WRITE, ++clock, Operation.NEVER,
                Optional.of(value(request)), Optional.empty(), true));
        return machines.write(key, value(request));
    }

    @Override
    public void read(long request) {
        operations.put(request, new Operation(key(request), Kind.READ, ++clock, Operation.NEVER,
                Optional.empty(), Optional.empty(), true));
    }

    @Override
    public void answered(long request, Entry entry, Machine.Answer answer) {
        if (answer.refused()) {
            foundInstead(request, answer.found());
        } else {
            written(request);
        }
    }

    /** It took effect. */
    private void written(long request) {
        Operation asked = operations.get(request);
        if (asked != null) {
            operations.put(request, new Operation(asked.key(), asked.kind(), asked.invoked(), ++clock, asked.value(),
                    asked.expected(), true));
        }
    }

    /** A compare-and-set found another value, and so was a read of that. */
    private void foundInstead(long request, Optional<String> value) {
        Operation asked = operations.get(request);
        if (asked != null) {
            operations.put(request, new Operation(
                    asked.key(), Kind.READ, asked.invoked(), ++clock, value, Optional.empty(), true));
        }
    }

    @Override
    public void haveRead(long request, Machine machine) {
        Operation asked = operations.get(request);
        if (asked != null) {
            Optional<Machine.Seen> seen = machine.get(asked.key());
            seen.ifPresent(value -> lastRead.put(asked.key(), value));
            operations.put(request, new Operation(asked.key(), asked.kind(), asked.invoked(), ++clock,
                    seen.map(Machine.Seen::value), asked.expected(), true));
        }
    }

    @Override
    public void forget(long request) {
        operations.remove(request);
    }

    @Override
    public void requireKept() {
        List<Operation> judged = judged();
        Optional<String> violated = Linearizability.violatedKey(judged);
        if (violated.isPresent()) {
            throw new InvariantViolation("Linearizable", "what clients were told of " + violated.get()
                    + " has no order: " + judged.stream().filter(o -> o.key().equals(violated.get()))
                            .sorted((a, b) -> Long.compare(a.invoked(), b.invoked())).toList());
        }
    }

    /**
     * Values are written once. So a write without an answer happened if anybody saw its value; if nobody did, whether it happened
     * makes no difference to anybody, as a failed compare-and-set counts as a read of what it found.
     */
    private List<Operation> judged() {
        Set<Optional<String>> seen = new HashSet<>();
        for (Operation operation : operations.values()) {
            if (!operation.isPending()) {
                seen.add(operation.kind() == Kind.COMPARE_AND_SET ? operation.expected() : Optional.empty());
                seen.add(operation.kind() == Kind.READ ? operation.value() : Optional.empty());
            }
        }
        return operations.values().stream()
                .filter(o -> !o.isPending() || (o.kind() != Kind.READ && seen.contains(o.value())))
                .toList();
    }
}
