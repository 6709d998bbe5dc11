package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;
import org.jspecify.annotations.Nullable;

/**
 * What this replica's own clients wait for: commands until they have a place in the log, reads until they have an index. Gathered
 * over a drain, so that all of them are one input. For the core's thread.
 */
final class ClientRequests {
    /** @param sinceNanos when it was taken up, the same for all that were together */
    private record OpenRead(Event.ReadAsked asked, long sinceNanos) {}

    private final Applier<?> applier;
    private final RaftListener listener;
    private final LongSupplier clock;
    private final List<Event.Proposed> proposals = new ArrayList<>();
    private final List<Event.ReadAsked> readers = new ArrayList<>();
    private final List<Event.ReadAsked> leaseReaders = new ArrayList<>();
    private final Map<Long, OpenRead> reads = new HashMap<>();
    private volatile int openReads;
    private long lastConfirmedNanos = -1;
    private long lastAppended;
    private int appended;
    private long lastRequestId;
    private long firstProposalId;

    /** @param clock the core's, in nanoseconds */
    ClientRequests(Applier<?> applier, RaftListener listener, LongSupplier clock) {
        this.applier = applier;
        this.listener = listener;
        this.clock = clock;
    }

    void add(Event.Proposed proposed) {
        proposals.add(proposed);
    }

    void add(Event.ReadAsked read) {
        (read.byLease() == null ? readers : leaseReaders).add(read);
    }

    /** A number for a request to the core that is none of these. */
    long nextRequestId() {
        return ++lastRequestId;
    }

    /** One append per peer, one write. They are answered while this is stepped; then {@link #proposed} is called. */
    Input.@Nullable Propose takeProposals(LongSupplier now) {
        if (proposals.isEmpty()) {
            return null;
        }
        appended = 0;
        List<Input.Proposal> batch = new ArrayList<>(proposals.size());
        firstProposalId = lastRequestId + 1;
        for (Event.Proposed proposed : proposals) {
            batch.add(new Input.Proposal(++lastRequestId, proposed.command()));
        }
        return new Input.Propose(now.getAsLong(), System.currentTimeMillis(), batch);
    }

    /** Says how many of them have a place in the log. */
    int proposed() {
        proposals.clear();
        return appended;
    }

    /** The place of the last that was given one. */
    long lastAppended() {
        return lastAppended;
    }

    /** To be called now and then: what {@link #openReads} answers. */
    void count() {
        int now = reads.size();
        if (now != openReads) {
            openReads = now;
        }
    }

    /** From any thread. */
    int openReads() {
        return openReads;
    }

    /** The time is taken after the last of them came: never an older one (HAZARDS B14). */
    Input.@Nullable Read takeReads(LongSupplier now, boolean byLease) {
        List<Event.ReadAsked> asked = byLease ? leaseReaders : readers;
        if (asked.isEmpty()) {
            return null;
        }
        long nowNanos = now.getAsLong();
        List<Long> ids = new ArrayList<>(asked.size());
        for (Event.ReadAsked reader : asked) {
            ids.add(++lastRequestId);
            reads.put(lastRequestId, new OpenRead(reader, nowNanos));
        }
        asked.clear();
        return new Input.Read(nowNanos, ids, byLease);
    }

    void complete(Effect.Complete complete) {
        OpenRead read = reads.remove(complete.requestId());
        if (read != null) {
            complete(read, complete.result());
        } else {
            complete(proposals.get((int) (complete.requestId() - firstProposalId)).outcome(), complete.result());
        }
    }

    private void complete(ProposalOutcome outcome, Effect.Result result) {
        switch (result) {
            case Effect.Result.Appended at -> {
                lastAppended = at.index();
                appended++;
                outcome.appended(at.index(), at.epoch());
            }
            case Effect.Result.NotLeader not ->
                outcome.failed(new RaftException.NotLeader(not.leader(), not.epoch()));
            case Effect.Result.Overloaded o ->
                outcome.failed(new RaftException.Overloaded("Too many bytes of the log wait for a majority"));
            case Effect.Result.ReadAt r -> throw mixedUp(result);
            case Effect.Result.ChangeRefused c -> throw mixedUp(result);
            case Effect.Result.ChangeAllowed c -> throw mixedUp(result);
            case Effect.Result.TransferFailed t -> throw mixedUp(result);
            case Effect.Result.LeadershipLeft l -> throw mixedUp(result);
        }
    }

    private void complete(OpenRead open, Effect.Result result) {
        Event.ReadAsked read = open.asked();
        switch (result) {
            case Effect.Result.ReadAt at -> {
                if (open.sinceNanos() != lastConfirmedNanos) {
                    lastConfirmedNanos = open.sinceNanos();
                    listener.readConfirmed(clock.getAsLong() - open.sinceNanos());
                }
                if (read.byLease() != null) {
                    read.byLease().complete(at.byLease());
                }
                applier.awaitRead(at.index(), read.applied());
            }
            case Effect.Result.NotLeader not ->
                read.applied().completeExceptionally(new RaftException.NotLeader(not.leader(), not.epoch()));
            case Effect.Result.Overloaded o ->
                read.applied().completeExceptionally(new RaftException.Overloaded("Too many reads wait for a confirmation"));
            case Effect.Result.Appended a -> throw mixedUp(result);
            case Effect.Result.ChangeRefused c -> throw mixedUp(result);
            case Effect.Result.ChangeAllowed c -> throw mixedUp(result);
            case Effect.Result.TransferFailed t -> throw mixedUp(result);
            case Effect.Result.LeadershipLeft l -> throw mixedUp(result);
        }
    }

    static IllegalStateException mixedUp(Effect.Result result) {
        return new IllegalStateException("A client was answered what it did not ask: " + result);
    }

    /** Nobody will learn more here: what was not stepped yet surely did not happen, but that cannot be told apart. */
    void endProposals(String why) {
        proposals.forEach(p -> p.outcome().failed(new RaftException.OutcomeUnknown(why)));
        proposals.clear();
    }

    void endReads(String why) {
        readers.forEach(r -> r.applied().completeExceptionally(new RaftException.Stopped(why)));
        leaseReaders.forEach(r -> r.applied().completeExceptionally(new RaftException.Stopped(why)));
        reads.values().forEach(r -> r.asked().applied().completeExceptionally(new RaftException.Stopped(why)));
    }
}
