package io.canvass.raft.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down elections from what the core is given and says, and keeps the last of them. It decides nothing. For the core's thread;
 * {@link #elections} is for any.
 */
final class ElectionJournal {
    static final int MAX_ELECTIONS = 32;
    /** Of one election: without a majority, rounds go on for as long as that lasts. */
    static final int MAX_FIRST_STEPS = 4;

    static final int MAX_LAST_STEPS = 8;
    /** Rounds whose answers are collected: the one that is open, and those that ended in the same step. */
    private static final int MAX_ROUNDS = 4;

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** An election that lasts so long is told of before it is over, and again after each of the last of these. */
    private static final long[] REMINDERS_MILLIS = {10_000, 60_000, 300_000};

    private static final Logger LOG = LoggerFactory.getLogger(ElectionJournal.class);

    private final String self;
    private final RaftListener listener;
    private final Deque<Election> over = new ArrayDeque<>();
    private final Map<RoundId, Answers> answers = new LinkedHashMap<>();
    private long number;
    private @Nullable Open open;
    private ReplicaKey vote;
    private String leader = "";
    private long epoch;
    private boolean leads;
    private volatile List<Election> published = List.of();

    /** What came back of one round. */
    private static final class Answers {
        final TreeSet<String> asked = new TreeSet<>();
        final TreeSet<String> granted = new TreeSet<>();
    }

    /** The election under way. */
    private static final class Open {
        final Election beginning;
        final long begunNanos;
        final List<Election.Step> first = new ArrayList<>();
        final Deque<Election.Step> last = new ArrayDeque<>();
        long omitted;
        int reminders;
        boolean told;

        Open(Election beginning, long begunNanos) {
            this.beginning = beginning;
            this.begunNanos = begunNanos;
        }

        long ageMillis(long nowNanos) {
            return (nowNanos - begunNanos) / NANOS_PER_MILLI;
        }

        void add(Election.Step step) {
            if (first.size() < MAX_FIRST_STEPS) {
                first.add(step);
                return;
            }
            last.addLast(step);
            if (last.size() > MAX_LAST_STEPS) {
                last.removeFirst();
                omitted++;
            }
        }

        Election so(long tookMillis, String leader, long epoch) {
            List<Election.Step> steps = new ArrayList<>(first);
            steps.addAll(last);
            return new Election(
                    beginning.number(),
                    beginning.self(),
                    beginning.begunAtMillis(),
                    tookMillis,
                    beginning.cause(),
                    beginning.by(),
                    beginning.formerLeader(),
                    beginning.formerEpoch(),
                    beginning.contactAgeMillis(),
                    steps,
                    omitted,
                    leader,
                    epoch);
        }
    }

    /** @param state as it was stored: the replica starts, and knows of no leader yet */
    ElectionJournal(String self, HardState state, long nowNanos, RaftListener listener) {
        this.self = self;
        this.listener = listener;
        this.vote = state.vote();
        this.epoch = state.epoch();
        begin(Election.Cause.STARTED, "", nowNanos, -1);
    }

    /** All that is kept, the oldest first; the last may be under way. From any thread. */
    List<Election> elections() {
        return published;
    }

    /**
     * One step of the core.
     *
     * @param input null at the start
     * @param lastContactNanos when the leader (on the leader: a quorum) was last heard before this step; -1 if never
     */
    void stepped(@Nullable Input input, List<Effect> effects, long nowNanos, long lastContactNanos) {
        if (input instanceof Input.Received received && received.message() instanceof Message.VoteResponse response) {
            answered(received.from(), response);
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoleChanged changed && open == null && isNews(changed)) {
                long age = lastContactNanos < 0 ? -1 : (nowNanos - lastContactNanos) / NANOS_PER_MILLI;
                begin(cause(input, changed), sender(input), nowNanos, age);
            }
        }
        // A round ends before the vote that ended it is written down.
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoundEnded ended) {
                ended(open, ended, nowNanos);
            }
        }
        for (Effect effect : effects) {
            observe(effect, nowNanos);
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoleChanged changed) {
                settle(changed, nowNanos);
            }
        }
        Open left = open;
        if (left != null && !left.told) {
            left.told = true;
            LOG.info("{}", ElectionStory.beginning(left.beginning));
        }
    }

    /** To be called now and then: one that does not end is told of meanwhile. */
    void remind(long nowNanos) {
        Open current = open;
        if (current == null) {
            return;
        }
        int last = REMINDERS_MILLIS.length - 1;
        long due = current.reminders <= last
                ? REMINDERS_MILLIS[current.reminders]
                : REMINDERS_MILLIS[last] * (current.reminders - last + 1);
        long age = current.ageMillis(nowNanos);
        if (age >= due) {
            current.reminders++;
            LOG.warn("No leader for {} s. {}", age / 1000, current.so(-1, "", epoch).story());
        }
    }

    private void answered(ReplicaKey from, Message.VoteResponse response) {
        Answers round = answers.get(response.round());
        if (round != null && response.granted()) {
            round.granted.add(from.nodeId());
        }
    }

    private boolean isNews(Effect.RoleChanged changed) {
        return changed.epoch() != epoch || !changed.leader().nodeId().equals(leader);
    }

    // ---- why

    private Election.Cause cause(@Nullable Input input, Effect.RoleChanged changed) {
        return switch (input) {
            case Input.TimeReached t -> leads ? Election.Cause.QUORUM_LOST : Election.Cause.LEADER_SILENT;
            case Input.Resign resign -> causeOf(resign.reason());
            case Input.StorageFailed f -> Election.Cause.STORAGE_FAILED;
            case Input.Received received -> causeOf(received.message(), changed);
            case null, default -> leads ? Election.Cause.REMOVED : Election.Cause.LEADER_SILENT;
        };
    }

    private static Election.Cause causeOf(ResignReason reason) {
        return switch (reason) {
            case SHUTDOWN, REQUESTED -> Election.Cause.RESIGNED;
            case QUORUM_LOST -> Election.Cause.QUORUM_LOST;
            case DISK_STALLED -> Election.Cause.DISK_STALLED;
            case STORAGE_FAILED -> Election.Cause.STORAGE_FAILED;
        };
    }

    private Election.Cause causeOf(Message message, Effect.RoleChanged changed) {
        return switch (message) {
            case Message.VoteRequest request when request.transfer() -> Election.Cause.OTHER_TAKES_OVER;
            case Message.VoteRequest r -> Election.Cause.OTHER_CAMPAIGNS;
            case Message.ResigningRequest r -> Election.Cause.LEADER_RESIGNED;
            case Message.TransferRequest r -> Election.Cause.TRANSFER_ORDERED;
            case Message.AppendRequest a -> Election.Cause.OTHER_LEADS;
            case Message.SnapshotRequest s -> Election.Cause.OTHER_LEADS;
            case Message m when leads && changed.role() == RoleName.RESIGNED && changed.epoch() == epoch ->
                Election.Cause.REMOVED;
            case Message m -> Election.Cause.HIGHER_EPOCH;
        };
    }

    private static String sender(@Nullable Input input) {
        return input instanceof Input.Received received ? received.from().nodeId() : "";
    }

    // ---- what happened

    private void begin(Election.Cause cause, String by, long nowNanos, long contactAgeMillis) {
        Election beginning = new Election(
                ++number,
                self,
                System.currentTimeMillis(),
                -1,
                cause,
                by,
                leader,
                epoch,
                contactAgeMillis,
                List.of(),
                0,
                "",
                epoch);
        open = new Open(beginning, nowNanos);
        publish(beginning);
        listener.electionBegan(beginning);
    }

    private void observe(Effect effect, long nowNanos) {
        Open current = open;
        if (effect instanceof Effect.Persist write) {
            ReplicaKey given = write.state().vote();
            boolean news = !given.equals(vote) && given.isKnown() && !given.nodeId().equals(self);
            vote = given;
            if (news && current != null) {
                add(current, new Election.Step.Voted(current.ageMillis(nowNanos), given, write.state().epoch()));
            }
        } else if (effect instanceof Effect.Send send && send.message() instanceof Message.VoteRequest request) {
            asked(request.round(), send.to());
        }
    }

    private void asked(RoundId round, ReplicaKey voter) {
        if (!answers.containsKey(round) && answers.size() == MAX_ROUNDS) {
            answers.remove(answers.keySet().iterator().next());
        }
        answers.computeIfAbsent(round, r -> new Answers()).asked.add(voter.nodeId());
    }

    private void ended(@Nullable Open current, Effect.RoundEnded ended, long nowNanos) {
        Answers round = answers.remove(ended.round().id());
        if (current == null) {
            return;
        }
        TreeSet<String> granted = new TreeSet<>();
        TreeSet<String> unanswered = new TreeSet<>();
        if (round != null) {
            granted.addAll(round.granted);
            granted.removeAll(ended.round().refusedBy().keySet());
            unanswered.addAll(round.asked);
            unanswered.removeAll(round.granted);
            unanswered.removeAll(ended.round().refusedBy().keySet());
        }
        if (ended.round().granted() > granted.size()) {
            granted.add(self);
        }
        add(
                current,
                new Election.Step.Asked(
                        current.ageMillis(nowNanos), ended.round(), List.copyOf(granted), List.copyOf(unanswered)));
    }

    private void add(Open current, Election.Step step) {
        current.add(step);
        publish(current.so(-1, "", epoch));
    }

    private void settle(Effect.RoleChanged changed, long nowNanos) {
        leader = changed.leader().nodeId();
        epoch = changed.epoch();
        leads = changed.role() == RoleName.LEADER;
        Open current = open;
        if (current == null) {
            return;
        }
        if (leader.isEmpty()) {
            publish(current.so(-1, "", epoch));
            return;
        }
        Election ended = current.so(Math.max(0, current.ageMillis(nowNanos)), leader, epoch);
        open = null;
        publish(ended);
        over.addLast(ended);
        if (over.size() > MAX_ELECTIONS) {
            over.removeFirst();
        }
        LOG.info("{}", ended.story());
        listener.electionEnded(ended);
    }

    private void publish(Election newest) {
        List<Election> all = new ArrayList<>(over);
        if (all.size() == MAX_ELECTIONS) {
            all.removeFirst();
        }
        all.add(newest);
        published = List.copyOf(all);
    }
}
