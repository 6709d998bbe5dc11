package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * One replica, n1, with its disk, its clock and its dice in the hands of a test. Time is in units of which an election
 * timeout has 1000. Every timer drawn without a script is 1200 long; a follower's after a resignation 700.
 */
final class CoreFixture {
    static final UUID CLUSTER = new UUID(0xCA, 1);
    static final UUID OTHER_CLUSTER = new UUID(0xCA, 2);
    static final long T = 1000;
    static final long HEARTBEAT = 100;
    /** What the dice show unless scripted. */
    static final long DRAW = 199;
    /** A timer drawn from (T, 2T] then. */
    static final long FULL = T + 1 + DRAW;
    /** A timer drawn from (T/2, T] then. */
    static final long SHORT = T / 2 + 1 + DRAW;

    static final ReplicaKey N1 = replica(1);
    static final ReplicaKey N2 = replica(2);
    static final ReplicaKey N3 = replica(3);
    static final ReplicaKey N4 = replica(4);
    static final ReplicaKey N5 = replica(5);
    static final ReplicaKey NONE = ReplicaKey.NONE;

    /** What a request received in a test bears, unless it says otherwise. */
    static final long ASKED = 77;

    final RaftCore core;
    final ScriptedRandom random;
    final Outcome started;
    private Outcome last;
    private long now;
    private Token lastToken = Token.NOTHING;
    private long lastCorrelation;

    private CoreFixture(RaftConfig config, StoredState stored, ScriptedRandom random) {
        this.random = random;
        core = new RaftCore(config, stored, random, 0);
        started = core.start(0);
        last = started;
        note(started);
    }

    static ReplicaKey replica(int i) {
        return new ReplicaKey("n" + i, new UUID(0xD1, i));
    }

    static ReplicaKey otherDisk(ReplicaKey key) {
        return new ReplicaKey(key.nodeId(), new UUID(0xD2, 99));
    }

    static LogPosition at(long index, long epoch) {
        return new LogPosition(epoch, index);
    }

    static HardState hard(long epoch, ReplicaKey vote, ReplicaKey leader) {
        return new HardState(epoch, vote, leader);
    }

    static Entry command(long index, long epoch) {
        return new Entry(index, epoch, EntryKind.COMMAND, 0, Bytes.ofUtf8("c" + index + "@" + epoch));
    }

    static Entry leaderChange(long index, long epoch) {
        return new Entry(index, epoch, EntryKind.LEADER_CHANGE, 0, Bytes.ofUtf8("n1"));
    }

    static Entry configuration(long index, long epoch, ReplicaKey... voters) {
        return new Entry(index, epoch, EntryKind.CONFIGURATION, 0, configurationOf(List.of(voters)).encode());
    }

    static Configuration configurationOf(List<ReplicaKey> voters) {
        return Configuration.ofVoters(voters.stream().map(CoreFixture::member).toList());
    }

    static Configuration.Member member(ReplicaKey key) {
        return new Configuration.Member(key, key.nodeId() + ":7000");
    }

    // ---- what happens

    /** Moves the clock without telling the core. */
    CoreFixture at(long time) {
        now = time;
        return this;
    }

    long now() {
        return now;
    }

    List<Effect> step(Input input) {
        last = core.step(input);
        note(last);
        return last.effects();
    }

    private void note(Outcome outcome) {
        for (Effect effect : outcome.effects()) {
            if (effect instanceof Effect.Persist persist) {
                lastToken = persist.token();
            }
            if (effect instanceof Effect.Send send && send.message() instanceof Message.Request) {
                lastCorrelation = Math.max(lastCorrelation, send.correlation());
            }
        }
    }

    List<Effect> timeReached(long time) {
        now = time;
        return step(new Input.TimeReached(now));
    }

    List<Effect> request(ReplicaKey from, Message.Request request) {
        return step(new Input.Received(now, from, Lane.CONTROL, ASKED, request));
    }

    List<Effect> response(ReplicaKey from, long correlation, Message.Response response) {
        return step(new Input.Received(now, from, Lane.CONTROL, correlation, response));
    }

    /** For answers that are not told by their correlation. */
    List<Effect> response(ReplicaKey from, Message.Response response) {
        return response(from, 0, response);
    }

    List<Effect> persisted(long sequence, long generation) {
        return step(new Input.Persisted(now, new Token(sequence, generation)));
    }

    /** The disk has done all it was asked for. */
    List<Effect> persisted() {
        return step(new Input.Persisted(now, lastToken));
    }

    List<Effect> propose(long requestId, String command) {
        return step(new Input.Propose(now, 0, List.of(new Input.Proposal(requestId, Bytes.ofUtf8(command)))));
    }

    List<Effect> read(Long... requestIds) {
        return step(new Input.Read(now, List.of(requestIds)));
    }

    List<Effect> resign() {
        return step(new Input.Resign(now, ResignReason.REQUESTED));
    }

    List<Effect> change(long requestId, MemberChange change) {
        return step(new Input.ChangeMembers(now, requestId, change, false));
    }

    List<Effect> forceChange(long requestId, MemberChange change) {
        return step(new Input.ChangeMembers(now, requestId, change, true));
    }

    List<Effect> check(long requestId, MemberChange change) {
        return step(new Input.ChangeMembers(now, requestId, change, false, Configuration.NEWEST_FORMAT, true));
    }

    List<Effect> changeReadableTo(long requestId, MemberChange change, int format) {
        return step(new Input.ChangeMembers(now, requestId, change, false, format, false));
    }

    List<Effect> handOver(long requestId, ReplicaKey target, long timeout) {
        return step(new Input.TransferTo(now, requestId, target, timeout));
    }

    List<Effect> compact(long upTo, long must) {
        return step(new Input.Compact(now, upTo, must));
    }

    List<Effect> installed(LogBase base) {
        return step(new Input.SnapshotInstalled(now, base));
    }

    // ---- what is

    Role role() {
        return core.role();
    }

    HardState hardState() {
        return core.hardState();
    }

    LogPosition end() {
        return core.status().end();
    }

    long commitIndex() {
        return core.status().commitIndex();
    }

    long deadline() {
        return last.nextDeadlineNanos();
    }

    Token lastToken() {
        return lastToken;
    }

    /** That of the last request it sent. */
    long lastCorrelation() {
        return lastCorrelation;
    }

    /** The round that is asked now. */
    Round round() {
        Round round = ReplicaState.roundOf(core.role());
        if (round == null) {
            throw new AssertionError(core.role() + " has no round");
        }
        return round;
    }

    /** The correlation of the request that this voter was sent in the round that is asked now. */
    long asked(ReplicaKey voter) {
        Long correlation = round().requests().get(voter.nodeId());
        if (correlation == null) {
            throw new AssertionError(voter + " was not asked in " + round());
        }
        return correlation;
    }

    // ---- building

    static Builder voters(int count) {
        return new Builder(count);
    }

    /** Starts a replica of n voters at epoch 5 with a log 1@0 2@1 3@2, all of it durable, unless told otherwise. */
    static final class Builder {
        private List<ReplicaKey> voters = new ArrayList<>();
        private List<ReplicaKey> observers = List.of();
        private HardState hardState = new HardState(5, NONE, NONE);
        private long[] log = {0, 1, 2};
        private LogPosition base = LogPosition.ZERO;
        private long applied;
        private long boot = 1;
        private boolean joined;
        private RaftConfig config = Configs.of().build();
        private final ScriptedRandom random = new ScriptedRandom(DRAW);

        private Builder(int count) {
            for (int i = 1; i <= count; i++) {
                voters.add(replica(i));
            }
        }

        Builder voters(ReplicaKey... keys) {
            voters = List.of(keys);
            return this;
        }

        Builder observers(ReplicaKey... keys) {
            observers = List.of(keys);
            return this;
        }

        Builder epoch(long epoch) {
            return stored(epoch, NONE, NONE);
        }

        Builder stored(long epoch, ReplicaKey vote, ReplicaKey leader) {
            hardState = new HardState(epoch, vote, leader);
            return this;
        }

        /** It came to a cluster that was there already, as one that the entry 1 or the base need not name. */
        Builder joined() {
            joined = true;
            return this;
        }

        /** The epoch of each entry, from index 1 on; entry 1 is the configuration. */
        Builder log(long... epochs) {
            log = Arrays.copyOf(epochs, epochs.length);
            return this;
        }

        /** The log begins after this place, where the configuration is in force; its entries are those of {@link #log}. */
        Builder base(LogPosition position) {
            base = position;
            return this;
        }

        Builder applied(long index) {
            applied = index;
            return this;
        }

        Builder boot(long number) {
            boot = number;
            return this;
        }

        Builder draws(long... values) {
            random.next(values);
            return this;
        }

        Builder capped() {
            return configured(Configs.of().version(0));
        }

        Builder leaseReads() {
            return configured(Configs.of().leases());
        }

        /** And how long a leader's lease lasts. */
        Builder lease(long nanos) {
            config = config.withLease(nanos);
            return this;
        }

        Builder configured(Configs configs) {
            config = configs.build();
            return this;
        }

        CoreFixture start() {
            Configuration configuration = new Configuration(
                    voters.stream().map(CoreFixture::member).toList(),
                    observers.stream().map(CoreFixture::member).toList());
            List<StoredState.EpochStart> starts = new ArrayList<>();
            for (int i = 0; i < log.length; i++) {
                if (i == 0 || log[i] != log[i - 1]) {
                    starts.add(new StoredState.EpochStart(log[i], base.index() + i + 1));
                }
            }
            long last = base.index() + log.length;
            if (base.index() > 0) {
                LogBase stored = new LogBase(base, configuration);
                return new CoreFixture(
                        config, new StoredState(boot, hardState, stored, starts, last, List.of(), applied, joined), random);
            }
            Entry first = new Entry(1, log[0], EntryKind.CONFIGURATION, 0, configuration.encode());
            return new CoreFixture(
                    config, new StoredState(boot, hardState, null, starts, last, List.of(first), applied, joined), random);
        }
    }

    /** The bounds and settings of a replica under test. */
    record Configs(
            int appendBytes,
            int inflightAppends,
            int inflightBytes,
            int uncommittedBytes,
            int pendingReads,
            int tailBytes,
            int protocolVersion,
            boolean leaseReads,
            long commitDelay) {
        static Configs of() {
            return new Configs(1 << 20, 64, 16 << 20, 64 << 20, 10_000, 32 << 20, 1, false, 0);
        }

        Configs version(int version) {
            return new Configs(
                    appendBytes, inflightAppends, inflightBytes, uncommittedBytes, pendingReads, tailBytes, version,
                    leaseReads, commitDelay);
        }

        Configs leases() {
            return new Configs(
                    appendBytes, inflightAppends, inflightBytes, uncommittedBytes, pendingReads, tailBytes,
                    protocolVersion, true, commitDelay);
        }

        Configs inflight(int appends, int bytes) {
            return new Configs(
                    appendBytes, appends, bytes, uncommittedBytes, pendingReads, tailBytes, protocolVersion,
                    leaseReads, commitDelay);
        }

        Configs append(int bytes) {
            return new Configs(
                    bytes, inflightAppends, inflightBytes, uncommittedBytes, pendingReads, tailBytes, protocolVersion,
                    leaseReads, commitDelay);
        }

        Configs uncommitted(int bytes) {
            return new Configs(
                    appendBytes, inflightAppends, inflightBytes, bytes, pendingReads, tailBytes, protocolVersion,
                    leaseReads, commitDelay);
        }

        Configs reads(int pending) {
            return new Configs(
                    appendBytes, inflightAppends, inflightBytes, uncommittedBytes, pending, tailBytes, protocolVersion,
                    leaseReads, commitDelay);
        }

        Configs tail(int bytes) {
            return new Configs(
                    appendBytes, inflightAppends, inflightBytes, uncommittedBytes, pendingReads, bytes, protocolVersion,
                    leaseReads, commitDelay);
        }

        Configs commitDelay(long nanos) {
            return new Configs(
                    appendBytes, inflightAppends, inflightBytes, uncommittedBytes, pendingReads, tailBytes,
                    protocolVersion, leaseReads, nanos);
        }

        RaftConfig build() {
            return new RaftConfig(
                    CLUSTER, N1, T, HEARTBEAT, commitDelay, appendBytes, inflightAppends, inflightBytes, uncommittedBytes,
                    pendingReads, tailBytes, protocolVersion, leaseReads);
        }
    }
}
