package io.canvass.raft.exploration;

import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RoundId;

/**
 * What becomes of a field of the core in a canonical copy. All that {@link #FIELDS} does not name stays as it is; so
 * the table is the whole list of what is taken for the same, and each line says why that is no loss.
 */
enum Merge {
    /** As it is. */
    KEEP,
    /** Known from outside, and the same in all states: configuration, clock, random source. */
    SHARE,
    /** The present. */
    NOW,
    /** Asked only how long ago it was, up to T. */
    PAST,
    /** Asked only when it comes; what is overdue is due. */
    DUE,
    /** Never comes in this world, see {@link Cluster#COMMIT_DELAY}: only whether it is set. */
    FAR,
    /** For health alone, no step reads it. Or, of contact times: read under lease reads and for transfers alone. */
    FORGOTTEN,
    FORGOTTEN_WITHOUT_LEASES,
    /** A counter that gives out new numbers. New is all that it must be; above all names of {@link Naming}. */
    COUNTER,
    /** Compared for equality with that of the replica's own pre-vote round. */
    CONTACTS,
    ROUND,
    CORRELATIONS,
    SESSION,
    /** Compared with the last durable one, which becomes 0. */
    TOKEN,
    /** Checked never to fall, and it does not. */
    ZERO,
    /** Left over from the step before, and emptied when the next one begins. */
    SCRATCH;

    private static final long NEXT = 5_000;
    private static final long CONTACTS_NOW = 10;
    private static final String CORE = "io.canvass.raft.core.";

    private static final Map<String, Merge> FIELDS = table();

    private static Map<String, Merge> table() {
        Map<String, Merge> table = new HashMap<>();
        table.put("ReplicaState.config", SHARE);
        table.put("ReplicaState.random", SHARE);
        table.put("ReplicaState.now", NOW);
        table.put("ReplicaState.startedAtNanos", PAST);
        table.put("ReplicaState.boot", ZERO);
        table.put("ReplicaState.roundSequence", COUNTER);
        table.put("ReplicaState.correlation", COUNTER);
        table.put("ReplicaState.session", COUNTER);
        table.put("ReplicaState.effects", SCRATCH);
        table.put("ReplicaState.afterWrite", SCRATCH);
        table.put("ReplicaState.afterState", SCRATCH);
        table.put("ReplicaState$EpochMemory.contacts", CONTACTS);
        table.put("ReplicaState$EpochMemory.lastContactNanos", FORGOTTEN_WITHOUT_LEASES);
        table.put("ReplicaState$EpochMemory.resignedAtNanos", FORGOTTEN);
        table.put("ElectionTimer$At.deadlineNanos", DUE);
        table.put("ElectionTimer$WhenDurable.tokenSequence", TOKEN);
        table.put("Role$Resigned.resendAtNanos", DUE);
        table.put("Role$Resigned.resendUntilNanos", DUE);
        table.put("Round.id", ROUND);
        table.put("Round.voters", SHARE);
        table.put("Round.requests", CORRELATIONS);
        table.put("Round.contacts", CONTACTS);
        table.put("Elections.preVoteRounds", ZERO);
        table.put("Following.commitAtFirstContact", FORGOTTEN);
        table.put("Replication.config", SHARE);
        table.put("AppendSending.config", SHARE);
        table.put("Replication.nextHeartbeatNanos", DUE);
        table.put("AppendSending.commitNoticeNanos", FAR);
        table.put("Progress.session", SESSION);
        table.put("Progress.contactNanos", PAST);
        table.put("Progress.leaseNanos", FORGOTTEN);
        table.put("Progress.lastHeardNanos", FORGOTTEN);
        table.put("Progress.lostNanos", FORGOTTEN);
        table.put("Progress$Inflight.sentAtNanos", PAST);
        table.put("ReplicaLog.lastToken", TOKEN);
        table.put("ReplicaLog.durableToken", TOKEN);
        table.put("ReplicaLog.stateToken", TOKEN);
        table.put("ReplicaLog$PendingWrite.sequence", TOKEN);
        table.put("ReplicaLog.generation", ZERO);
        table.keySet().forEach(Merge::requireField);
        return table;
    }

    /** A field that was renamed would be kept as it is, and a time among them would be wrong then. */
    private static void requireField(String name) {
        int dot = name.indexOf('.');
        try {
            Class<?> type = Class.forName(CORE + name.substring(0, dot));
            if (Modifier.isStatic(type.getDeclaredField(name.substring(dot + 1)).getModifiers())) {
                throw new IllegalStateException(name + " is no field of an instance");
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The core has no " + name + " any more", e);
        }
    }

    static Merge of(Class<?> type, String field) {
        String name = type.getName();
        return name.startsWith(CORE) ? FIELDS.getOrDefault(name.substring(CORE.length()) + "." + field, KEEP) : KEEP;
    }

    /** The canonical value of a number, a round's id or its correlations. */
    Object apply(Object value, Naming naming, boolean leaseReads) {
        return switch (this) {
            case NOW -> Cluster.NOW;
            case PAST -> naming.past((Long) value);
            case DUE -> naming.due((Long) value);
            case FAR -> (Long) value == Outcome.NEVER ? value : Long.valueOf(Cluster.NOW + Cluster.COMMIT_DELAY);
            case FORGOTTEN -> -1L;
            case FORGOTTEN_WITHOUT_LEASES -> leaseReads && (Long) value >= 0 ? naming.past((Long) value) : -1L;
            case COUNTER -> NEXT;
            case CONTACTS -> naming.contacts() < 0 || (Long) value == naming.contacts() ? CONTACTS_NOW
                    : CONTACTS_NOW - 1;
            case ROUND -> naming.round((RoundId) value);
            case CORRELATIONS -> correlations((Map<?, ?>) value, naming);
            case SESSION -> Naming.CURRENT_SESSION;
            case TOKEN -> naming.token((Long) value);
            case ZERO -> 0L;
            case KEEP, SHARE, SCRATCH -> throw new IllegalStateException(this + " changes nothing");
        };
    }

    private static Map<String, Long> correlations(Map<?, ?> requests, Naming naming) {
        Map<String, Long> renamed = new TreeMap<>();
        requests.forEach((node, number) ->
                renamed.put((String) node, naming.correlation((String) node, (Long) number)));
        return Map.copyOf(renamed);
    }
}
