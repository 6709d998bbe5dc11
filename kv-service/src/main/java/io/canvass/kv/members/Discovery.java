package io.canvass.kv.members;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.members.Beginning.Heard;
import io.canvass.kv.members.Beginning.Verdict;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every other node on the list what it is, and answers the same, until it is known what this node with its empty data
 * directory is to do: it may take for ever. All state is of one thread; {@link #standing}, {@link #heard} and {@link #waitsFor}
 * may be called by any.
 */
final class Discovery implements MembersService.Node, AutoCloseable {
    static final Duration ASK_EVERY = Duration.ofMillis(250);
    static final Duration SAY_EVERY = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

    private final ClusterPlan plan;
    private final NodeStanding self;
    private final MemberCalls calls;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("kv-discovery").daemon().unstarted(task));
    private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    private final Map<String, Heard> heard = new HashMap<>();
    private final Set<String> asked = new HashSet<>();
    private volatile Map<String, String> waitsFor = Map.of();

    /** @param self what this node says of itself meanwhile */
    Discovery(ClusterPlan plan, NodeStanding self, MemberCalls calls) {
        this.plan = plan;
        this.self = self;
        this.calls = calls;
    }

    /** Begins to ask; called once. */
    void start() {
        String others = plan.others().stream().map(Discovery::text).collect(Collectors.joining(", "));
        LOG.info(
                plan.isListed()
                        ? "{} has no data yet: before it begins it asks every other node on its list, {}"
                        : "{} has no data yet and is not on its list: it looks for the cluster of {}",
                plan.nodeId(),
                others);
        onThread(this::decide);
        every(ASK_EVERY, 0, this::ask);
        every(SAY_EVERY, SAY_EVERY.toMillis(), this::say);
    }

    private void every(Duration interval, long firstMillis, Runnable task) {
        ScheduledFuture<?> _ =
                thread.scheduleWithFixedDelay(task, firstMillis, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Completes with anything but {@link Verdict.Wait}. */
    CompletableFuture<Verdict> verdict() {
        return verdict;
    }

    /** Node id to why, for people. */
    Map<String, String> waitsFor() {
        return waitsFor;
    }

    @Override
    public NodeStanding standing() {
        return self;
    }

    /** A node that asks has thereby said what it is: where two contradict each other, both learn of it, though one ends first. */
    @Override
    public void heard(NodeStanding other) {
        onThread(() -> {
            boolean listed = plan.others().stream().anyMatch(member -> isNamed(member, other));
            if (listed) {
                learn(other.nodeId(), Heard.said(other));
            } else if (namesThisNode(other)) {
                Beginning.contradiction(plan, other).ifPresent(why -> decided(new Verdict.Refuse(why)));
            }
        });
    }

    @Override
    public JoinReply join(JoinRequest request) {
        return JoinReply.newBuilder()
                .setAnswer(JoinReply.Answer.WAITS)
                .setDetail(plan.nodeId() + " has not begun itself")
                .build();
    }

    private boolean namesThisNode(NodeStanding other) {
        return other.state() instanceof NodeStanding.Unformed(var voters)
                && voters.stream().anyMatch(voter -> voter.startsWith(plan.nodeId() + "@"));
    }

    private static boolean isNamed(Member member, NodeStanding standing) {
        return member.key().nodeId().equals(standing.nodeId());
    }

    // ---- on its thread

    private void ask() {
        for (Member other : plan.others()) {
            String id = other.key().nodeId();
            if (asked.add(id)) {
                CompletableFuture<?> _ = calls.discover(other.address(), Optional.of(self))
                        .handle((standing, failure) -> failure == null
                                ? answer(other, standing)
                                : Heard.nothing(MemberCalls.reason(failure)))
                        .thenAccept(answer -> onThread(() -> {
                            asked.remove(id);
                            learn(id, answer);
                        }));
            }
        }
    }

    private static Heard answer(Member asked, NodeStanding standing) {
        return isNamed(asked, standing)
                ? Heard.said(standing)
                : Heard.nothing("there is " + standing.nodeId() + " at " + asked.address());
    }

    private void learn(String id, Heard what) {
        Heard known = heard.get(id);
        if (what.standing().isEmpty() && known != null && known.standing().isPresent()) {
            return;
        }
        heard.put(id, what);
        decide();
    }

    private void decide() {
        Verdict next = Beginning.decide(plan, heard);
        if (next instanceof Verdict.Wait(Map<String, String> why)) {
            waitsFor = Map.copyOf(why);
        } else {
            decided(next);
        }
    }

    private void decided(Verdict end) {
        waitsFor = Map.of();
        verdict.complete(end);
    }

    private void say() {
        if (!verdict.isDone()) {
            LOG.info("{} waits for {}", plan.nodeId(), plan.others().stream()
                    .filter(other -> waitsFor.containsKey(other.key().nodeId()))
                    .map(other -> text(other) + " (" + waitsFor.getOrDefault(other.key().nodeId(), "") + ")")
                    .collect(Collectors.joining(", ")));
        }
    }

    private static String text(Member member) {
        return member.key().nodeId() + " at " + member.address();
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException _) {
            // Closed: it is decided already.
        }
    }

    @Override
    public void close() {
        List<Runnable> _ = thread.shutdownNow();
    }
}
