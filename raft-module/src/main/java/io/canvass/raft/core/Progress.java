package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a leader knows of one peer's log. Invariant: match < next (HAZARDS F7). Mutable, owned by the leader's
 * replication.
 *
 * <p>What is sent twice is bounded. A probe bears entries once a session, at most one append of {@code
 * max-append-bytes}; unanswered by the next heartbeat, it is repeated without them. A new session begins with
 * a mismatch, with a stream that broke, and where an append waited for its answer for T. The last two send again what
 * was under way, at most {@code max-inflight-bytes} and one append; a mismatch finds no more than its probe's entries
 * in vain.
 */
final class Progress {
    enum Mode {
        /** Where the logs agree is not known: one append at a time asks. */
        PROBE,
        /** Appends flow, bounded in count and bytes. */
        REPLICATE,
        /** It needs what the log no longer holds: a snapshot is on its way. */
        SNAPSHOT
    }

    private record Inflight(long lastIndex, int bytes, long sentAtNanos) {}

    private Configuration.Member member;
    private boolean voter;
    /** The entry by which it is no member any more; it is told of that one, and then forgotten. 0: it is a member. */
    private long removedBy;
    private ReplicaKey key;
    private Mode mode = Mode.PROBE;
    private long session;
    private long match;
    private long next;
    private boolean probeOutstanding;
    /** Whether this session's entries went out with a probe. */
    private boolean probed;
    /** How far the logs agree once the probe under way is answered. */
    private long probeEnd;

    private boolean readingLog;
    private final Deque<Inflight> inflight = new ArrayDeque<>();
    private long inflightBytes;
    private long commitSent;
    private long snapshotBase;
    /** Where the log ended when its snapshot was in place; until it has come so far, it needs what follows that. */
    private long followsUpTo;

    /** When the newest request that it answered in this epoch was sent. At election all start as fresh. */
    private long contactNanos;
    /**
     * What a lease rests on: as if the newest request that it answered with a promise of T had been sent then. What starts as
     * fresh does not count, nor an answer without a promise.
     */
    private long leaseNanos = ReplicaState.EpochMemory.NEVER;

    private long lastHeardNanos = ReplicaState.EpochMemory.NEVER;
    /** When its connection was lost last: what it answered of what had been sent by then says nothing of now. */
    private long lostNanos = ReplicaState.EpochMemory.NEVER;

    private long readAcknowledged;

    Progress(Configuration.Member member, boolean voter, long next, long session, long now) {
        this.member = member;
        this.voter = voter;
        this.key = member.key();
        this.next = next;
        this.probeEnd = next - 1;
        this.session = session;
        this.contactNanos = now;
    }

    ReplicaKey key() {
        return key;
    }

    Configuration.Member member() {
        return member;
    }

    boolean isVoter() {
        return voter;
    }

    /** Its office or its address is another. A new voter starts as fresh (HAZARDS B1). */
    void is(Configuration.Member other, boolean nowVoter, long now) {
        contactNanos = nowVoter && !voter ? now : contactNanos;
        member = other;
        voter = nowVoter;
        removedBy = 0;
    }

    void removedBy(long index) {
        voter = false;
        removedBy = index;
    }

    boolean isRemoved() {
        return removedBy > 0;
    }

    /** Whether it is no member, and knows so, or had the time to. */
    boolean isDone(long commitIndex, long deadline) {
        return removedBy > 0
                && commitIndex >= removedBy
                && ((commitSent >= removedBy && match >= removedBy) || contactNanos <= deadline);
    }

    Mode mode() {
        return mode;
    }

    long session() {
        return session;
    }

    long match() {
        return match;
    }

    long next() {
        return next;
    }

    long contactNanos() {
        return contactNanos;
    }

    long leaseNanos() {
        return leaseNanos;
    }

    long lastHeardNanos() {
        return lastHeardNanos;
    }

    void connectionLost(long now) {
        lostNanos = now;
    }

    /**
     * Whether it answered something sent after this moment and after its connection was lost last, or starts as
     * fresh.
     */
    boolean hasContactSince(long then) {
        return contactNanos > Math.max(then, lostNanos);
    }

    /** The same, but what starts as fresh does not count before it answers. */
    boolean hasAnsweredSince(long then) {
        return hasContactSince(then) && lastHeardNanos > Math.max(then, lostNanos);
    }

    long readAcknowledged() {
        return readAcknowledged;
    }

    long commitSent() {
        return commitSent;
    }

    boolean isIdle() {
        return inflight.isEmpty() && !probeOutstanding;
    }

    boolean probeOutstanding() {
        return probeOutstanding;
    }

    boolean isReadingLog() {
        return readingLog;
    }

    void startedReadingLog() {
        readingLog = true;
    }

    void finishedReadingLog() {
        readingLog = false;
    }

    boolean hasRoom(RaftConfig config) {
        return inflight.size() < config.maxInflightAppends()
                && (inflight.isEmpty() || inflightBytes < config.maxInflightBytes());
    }

    boolean isStuckSince(long deadline) {
        return !inflight.isEmpty() && inflight.getFirst().sentAtNanos() <= deadline;
    }

    /** What it needs is not in the log. */
    void snapshot(long newSession, long logBase) {
        probe(next, newSession);
        mode = Mode.SNAPSHOT;
        snapshotBase = logBase;
        followsUpTo = 0;
    }

    /** Its snapshot is in place: what was written since it was made has to follow. */
    void snapshotInstalled(long lastIndex, long newSession) {
        probe(lastIndex + 1, newSession);
        followsUpTo = lastIndex;
    }

    /**
     * Whether the log has to go on beginning at or before this index for a snapshot not to be in vain: while it is under way,
     * and until who took it has caught up, if that one answers.
     *
     * @param then who did not answer since then does not count
     */
    boolean needsAfterSnapshot(long index, long then) {
        return mode == Mode.SNAPSHOT
                ? index > snapshotBase
                : match < followsUpTo && index > Math.max(match, snapshotBase) && hasContactSince(then);
    }

    /** Whether this answer comes from the replica that the progress speaks of; the first answer tells its directory id. */
    boolean isAnsweredBy(ReplicaKey from) {
        if (!key.matches(from)) {
            return false;
        }
        key = from;
        return true;
    }

    /** The node answers with another disk than before: nothing that was known of its log holds. */
    void replacedBy(ReplicaKey from, long nextIndex, long newSession) {
        key = from;
        match = 0;
        readAcknowledged = 0;
        commitSent = 0;
        probe(nextIndex, newSession);
    }

    void heard(long now) {
        lastHeardNanos = now;
    }

    void answered(long sentAtNanos, long readSequence) {
        contactNanos = Math.max(contactNanos, sentAtNanos);
        readAcknowledged = Math.max(readAcknowledged, readSequence);
    }

    /**
     * The answer to what was sent then promises to vote for nobody else for so long.
     *
     * @param neededNanos what a lease counts on; a shorter promise supports one that ends as much earlier
     */
    void promised(long sentAtNanos, long promiseNanos, long neededNanos) {
        if (promiseNanos > 0) {
            leaseNanos = Math.max(leaseNanos, sentAtNanos - Math.max(0, neededNanos - promiseNanos));
        }
    }

    /** Whether a probe may bear entries: once a session, since it may only be slow, and is asked again. */
    boolean mayProbeWithEntries() {
        return !probed;
    }

    /** @param lastIndex that of the last entry it bears, or of the one before {@link #next} */
    void probeSent(long lastIndex) {
        probeOutstanding = true;
        probed = true;
        probeEnd = lastIndex;
    }

    /** Nothing is asked before the next heartbeat. */
    void probeLater() {
        probeOutstanding = true;
    }

    /** A probe that got no answer may be repeated. */
    void probeAgain() {
        probeOutstanding = false;
    }

    void sent(long lastIndex, int bytes, long now) {
        inflight.addLast(new Inflight(lastIndex, bytes, now));
        inflightBytes += bytes;
        next = lastIndex + 1;
    }

    void commitSent(long commit) {
        commitSent = commit;
    }

    /** The peer holds our log up to {@code index}. Returns whether that is more than was known. */
    boolean matched(long index) {
        while (!inflight.isEmpty() && inflight.getFirst().lastIndex() <= index) {
            inflightBytes -= inflight.removeFirst().bytes();
        }
        boolean news = index > match;
        match = Math.max(match, index);
        // A heartbeat proves no more than was known; only an answer to the probe itself says where the logs agree, and
        // that its entries have come: they would be sent twice.
        if (mode == Mode.PROBE && index >= probeEnd) {
            mode = Mode.REPLICATE;
            probeOutstanding = false;
        }
        next = Math.max(next, match + 1);
        return news;
    }

    /** Forgets what is under way: answers of the old session no longer count. */
    void probe(long nextIndex, long newSession) {
        mode = Mode.PROBE;
        session = newSession;
        next = Math.max(match + 1, nextIndex);
        inflight.clear();
        inflightBytes = 0;
        probeOutstanding = false;
        probed = false;
        probeEnd = next - 1;
        readingLog = false;
    }
}
