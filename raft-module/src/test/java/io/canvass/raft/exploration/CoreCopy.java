package io.canvass.raft.exploration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Token;
import org.jspecify.annotations.Nullable;

/** Copies of a core, object by object: exact ones, to be stepped, and canonical ones, to be compared. */
final class CoreCopy {
    /** Of the ring of entries no more is copied: logs are shorter, and their places in it stay the same. */
    static final int RING = 16;

    private final @Nullable Naming naming;
    private final boolean leaseReads;
    private final IdentityHashMap<Object, Object> done = new IdentityHashMap<>();

    private CoreCopy(@Nullable Naming naming, boolean leaseReads) {
        this.naming = naming;
        this.leaseReads = leaseReads;
    }

    static RaftCore exact(RaftCore core) {
        return (RaftCore) new CoreCopy(null, false).instance(core);
    }

    /**
     * The replica as it is compared: what differs from it in nothing but the names of {@link Naming} has an equal one.
     */
    static Replica canonical(Replica replica, boolean leaseReads) {
        Naming naming = Naming.of(replica);
        RaftCore core = (RaftCore) new CoreCopy(naming, leaseReads).instance(replica.core());
        return new Replica(
                replica.key(),
                core,
                0,
                Cluster.NOW,
                naming.past(replica.startedAt()),
                replica.deadline() == Long.MAX_VALUE ? Long.MAX_VALUE : naming.due(replica.deadline()),
                0,
                replica.applied(),
                replica.disk(),
                replica.log(),
                replica.writes().stream()
                        .map(write -> new Effect.Persist(
                                new Token(naming.token(write.token().sequence()), 0), write.state(), write.log()))
                        .toList(),
                replica.granted(),
                replica.contact(),
                // Of an epoch that is over nothing is contact anyway.
                replica.resignedEpoch() < replica.epoch() ? -1 : replica.resignedEpoch());
    }

    private @Nullable Object copy(@Nullable Object value) {
        if (value == null || isShared(value)) {
            return value;
        }
        return switch (value) {
            case Entry[] ring -> ringOf(ring);
            case ArrayDeque<?> queue -> into(new ArrayDeque<>(), queue);
            case ArrayList<?> list -> into(new ArrayList<>(), list);
            case List<?> list -> list.isEmpty() ? list : List.copyOf(into(new ArrayList<>(), list));
            case Set<?> set -> Set.copyOf(into(new ArrayList<>(), set));
            case SortedMap<?, ?> map -> Collections.unmodifiableSortedMap(new TreeMap<>(map));
            case LinkedHashMap<?, ?> map -> mapOf(map);
            case Map<?, ?> map -> Map.copyOf(map);
            default -> instance(value);
        };
    }

    private static boolean isShared(Object value) {
        return value instanceof Number
                || value instanceof Boolean
                || value instanceof Enum<?>
                || value instanceof String
                || value instanceof UUID
                || value instanceof Bytes
                || value instanceof Entry
                || value instanceof ReplicaKey
                || value instanceof Configuration
                || value instanceof Configuration.Member;
    }

    private static Entry[] ringOf(Entry[] ring) {
        if (ring.length > RING && ring[RING] != null) {
            throw new IllegalStateException("A log of this world is shorter than " + RING);
        }
        return Arrays.copyOf(ring, RING);
    }

    @SuppressWarnings("NullAway") // No collection of the core holds null.
    private <C extends Collection<Object>> C into(C copied, Collection<?> values) {
        for (Object value : values) {
            copied.add(copy(value));
        }
        return copied;
    }

    @SuppressWarnings("NullAway") // Neither does a map.
    private Map<Object, Object> mapOf(Map<?, ?> map) {
        Map<Object, Object> copied = new LinkedHashMap<>();
        map.forEach((key, value) -> copied.put(key, copy(value)));
        return copied;
    }

    private Object instance(Object value) {
        if (!value.getClass().getName().startsWith(RaftCore.class.getPackageName() + ".")) {
            throw new IllegalStateException("The core holds something that is not its own: " + value.getClass());
        }
        Object known = done.get(value);
        if (known != null) {
            return known;
        }
        Shape shape = Shape.of(value.getClass());
        Function<Integer, @Nullable Object> copied = field ->
                valueOf(shape.merges().get(field), shape.get(field, value));
        int count = shape.fields().size();
        if (shape.ofRecord()) {
            @Nullable Object[] values = new @Nullable Object[count];
            for (int i = 0; i < count; i++) {
                values[i] = copied.apply(i);
            }
            return shape.make(values);
        }
        Object made = shape.make();
        done.put(value, made);
        for (int i = 0; i < count; i++) {
            shape.set(i, made, copied.apply(i));
        }
        return made;
    }

    private @Nullable Object valueOf(Merge merge, @Nullable Object value) {
        if (value == null || merge == Merge.SHARE) {
            return value;
        }
        if (merge == Merge.SCRATCH) {
            return new ArrayList<>();
        }
        return naming == null || merge == Merge.KEEP ? copy(value) : merge.apply(value, naming, leaseReads);
    }
}
