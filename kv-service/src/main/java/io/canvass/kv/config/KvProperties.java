package io.canvass.kv.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.transport.PeerIdentity;
import io.canvass.raft.transport.PeerTls;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * All settings of this service, under {@code kv.}. A value outside its bounds, two that contradict each other and a name that does
 * not exist stop the start, each with a sentence that says what to do. Immutable.
 *
 * @param node who this node is
 * @param dataDir Directory that holds everything this node must not lose
 * @param cluster who the voters are
 * @param peer where this node listens for its peers
 * @param raft the consensus module
 * @param value bounds of values
 * @param request bounds of client requests
 * @param stream ranges that are sent line by line
 * @param forward hand-over of writes to the leader
 * @param health what probes ask for
 * @param shutdown how this node leaves
 * @param backup snapshots for people
 * @param disk the disks that the data is on
 * @param check what is verified in the background
 * @param history what is kept of values that were replaced
 * @param lease keys and locks that end by themselves
 * @param lock who waits for locks and elections
 * @param txn bounds of transactions
 * @param requirePreconditionPrefixes Prefixes of keys that are not overwritten or deleted without a precondition
 * @param watch streams of changes, and requests that wait for one
 * @param read how reads are answered
 * @param memory how much this process may take
 * @param security who may do what
 */
@Validated
@ConfigurationProperties(prefix = KvProperties.PREFIX, ignoreUnknownFields = false)
public record KvProperties(
        @Valid @DefaultValue Node node,
        // Not a Path: Spring's editor would take a directory of the class path for a relative one.
        @NotBlank(message = "must name a directory") @DefaultValue("./data") String dataDir,
        @Valid @DefaultValue Cluster cluster,
        @Valid @DefaultValue Peer peer,
        @Valid @DefaultValue Raft raft,
        @Valid @DefaultValue Value value,
        @Valid @DefaultValue Request request,
        @Valid @DefaultValue Stream stream,
        @Valid @DefaultValue Forward forward,
        @Valid @DefaultValue Health health,
        @Valid @DefaultValue Shutdown shutdown,
        @Valid @DefaultValue Backup backup,
        @Valid @DefaultValue Disk disk,
        @Valid @DefaultValue Check check,
        @Valid @DefaultValue History history,
        @Valid @DefaultValue Read read,
        @Valid @DefaultValue Watch watch,
        @Valid @DefaultValue Lease lease,
        @Valid @DefaultValue Lock lock,
        @Valid @DefaultValue Txn txn,
        @DefaultValue Memory memory,
        @Valid @DefaultValue Security security,
        @DefaultValue List<@NotEmpty(message = "must name prefixes of at least one character") String>
                requirePreconditionPrefixes) {
    public static final String PREFIX = "kv";
    /** Below the data directory: the Raft store. */
    public static final String RAFT = "raft";
    /** Below the data directory: the state store. */
    public static final String STATE = "state";
    /** Below the data directory, a file: the state is to be fetched from a peer at the next start. */
    public static final String HEAL = "HEAL";

    public KvProperties {
        requirePreconditionPrefixes = List.copyOf(requirePreconditionPrefixes);
        Relations.requireAtMost(
                "kv.request.max-size", request.maxSize(), "kv.raft.max-uncommitted-size", raft.maxUncommittedSize());
        Relations.requireFitsMessage("kv.request.max-size", request.maxSize(), peer.maxMessageSize());
        Relations.requireAtMost(
                "kv.request.max-size", request.maxSize(), "kv.forward.max-in-flight-size", forward.maxInFlightSize());
        Relations.requireAtMost(
                "kv.value.max-size", value.maxSize(), "kv.raft.max-uncommitted-size", raft.maxUncommittedSize());
        Relations.requireLeaseFits(read.lease(), raft.electionTimeout());
        Relations.requireFitsMessage("kv.value.max-size", value.maxSize(), peer.maxMessageSize());
        Relations.requireFitsMessage("kv.raft.max-append-size", raft.maxAppendSize(), peer.maxMessageSize());
        Relations.requireAtMost(
                "kv.value.max-size", value.maxSize(), "kv.forward.max-in-flight-size", forward.maxInFlightSize());
    }

    /** Where the log, the epoch and the vote are. */
    public Path raftDirectory() {
        return DataPaths.raft(Path.of(dataDir));
    }

    /** Where the state machine is. */
    public Path stateDirectory() {
        return DataPaths.state(Path.of(dataDir));
    }

    /** There if the state is to be fetched from a peer before anything runs. */
    public Path healFile() {
        return Path.of(dataDir).resolve(HEAL);
    }

    /** Its content says when and how this node was removed from its cluster; missing if it was not. */
    public Path removedFile() {
        return Path.of(dataDir).resolve("REMOVED");
    }

    /** There as long as a node that joins a cluster has never been a member of it. */
    public Path joiningFile() {
        return Path.of(dataDir).resolve("JOINING");
    }

    /** Where snapshots are on their way to peers and from them. */
    public Path snapshotDirectory() {
        return DataPaths.snapshots(Path.of(dataDir));
    }

    /**
     * @param id Name of this node; never changes. One that is not in kv.cluster.voters joins the cluster of those
     * @param url Base URL of this node's HTTP API, as clients reach it; if left out, that in kv.cluster.voters, or made of the
     *     host where its peers reach it and server.port
     */
    public record Node(
            @Pattern(
                            regexp = Voter.ID_PATTERN,
                            message = "must be 1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit")
                    @DefaultValue("kv-1")
                    String id,
            @DefaultValue("") String url) {}

    /**
     * @param id Cluster's identity; derived from the voters (or drawn at random for a sole voter) if left out. Counts only
     *     while the data directory is empty, and must match afterwards
     * @param voters Voters at the birth of the cluster, each as id@host:peerPort or id@host:peerPort=httpUrl, the same list on
     *     all nodes; empty for a cluster of this node alone. For a node that joins, some members of the cluster
     * @param autoJoin Whether this node asks to be added where it is no member yet, and adds others that ask while it leads
     */
    public record Cluster(
            @Nullable UUID id, @DefaultValue List<String> voters, @DefaultValue("true") boolean autoJoin) {
        public Cluster {
            voters = List.copyOf(voters);
        }
    }

    /**
     * @param host Address to listen on for peers; if left out, 127.0.0.1 for a node whose peers all reach it there, else all
     *     addresses
     * @param port Port to listen on for peers; if left out, this node's port in kv.cluster.voters or in kv.peer.advertise, or 9080
     * @param advertise Where its peers reach a node that is not in kv.cluster.voters, as host:port; may be left out if kv.peer.host
     *     says it, or all are on this machine
     * @param maxMessageSize Largest message between peers; the same on all nodes, larger than the largest request, and with
     *     room for what a transaction may read (8 MiB)
     * @param tls whom connections between nodes are for, and who may hear them
     */
    public record Peer(
            @DefaultValue("") String host,
            @Min(value = 0, message = "must be from 0 to 65535") @Max(value = 65_535, message = "must be from 0 to 65535")
                    @Nullable Integer port,
            @DefaultValue("") String advertise,
            @DataSizeBetween(min = "10MB", max = "256MB") @DefaultValue("16MB") DataSize maxMessageSize,
            @Valid @DefaultValue Tls tls) {}

    /**
     * @param bundle Name of the spring.ssl.bundle with this node's certificate and the CAs of its peers; if left out, connections
     *     between nodes are plain
     * @param mode What is taken and dialled: require for TLS only; dial to take plain connections too, accept to make plain ones
     *     besides, both for the time in which a running cluster comes to TLS
     * @param identity How a certificate names its node, each as dns: or uri: and a text with {id}; one of them is enough
     */
    public record Tls(
            @DefaultValue("") String bundle,
            @DefaultValue("require") PeerTls.Mode mode,
            @DefaultValue(PeerIdentity.DEFAULT_FORM) List<String> identity) {
        public Tls {
            identity = List.copyOf(identity);
        }

        /** Whether there is TLS between nodes. */
        public boolean isOn() {
            return !bundle.isEmpty();
        }
    }

    /**
     * @param electionTimeout Time without a leader after which a voter canvasses the others; timers are drawn from one to two
     *     times this
     * @param heartbeatInterval Time after which a leader that has nothing to send says so; at most half the election timeout
     * @param commitDelay Time after which followers are told of a commit that nothing else has told them
     * @param diskStallLimit Time that a write may wait for the disk before a leader resigns
     * @param protocolVersion Highest protocol version to speak; 0 for peers that know no Pre-Vote, 1 for peers that
     *     cannot read what members say of themselves beyond their address, 2 for peers that apply puts and deletes only, 3
     *     for peers that know no roles
     * @param maxAppendSize Most that one append to a peer carries
     * @param maxInFlightAppends Most appends under way to one peer
     * @param maxInFlightSize Most bytes under way to one peer
     * @param maxUncommittedSize Most that a leader holds uncommitted before it refuses writes
     * @param maxPendingReads Most reads that wait for the leader's confirmation
     * @param maxTailSize Most of the log's newest entries that is kept in memory
     * @param log when the log begins later
     * @param snapshot snapshots for peers that need what the log no longer holds
     * @param promotion when an observer becomes a voter
     */
    public record Raft(
            @DurationMin(millis = 50, message = ELECTION_RANGE) @DurationMax(seconds = 60, message = ELECTION_RANGE)
                    @DefaultValue("1s")
                    Duration electionTimeout,
            @DurationMin(millis = 1, message = "must be at least 1ms") @DefaultValue("100ms") Duration heartbeatInterval,
            @DurationMin(millis = 0, message = "must be at least 0ms") @DefaultValue("2ms") Duration commitDelay,
            @DurationMin(millis = 50, message = "must be at least 50ms") @DefaultValue("5s") Duration diskStallLimit,
            @Min(value = 0, message = "must be from 0 to 4") @Max(value = 4, message = "must be from 0 to 4") @DefaultValue("4")
                    int protocolVersion,
            @DataSizeBetween(min = "1KB", max = "64MB") @DefaultValue("1MB") DataSize maxAppendSize,
            @Min(value = 1, message = "must be from 1 to 65536") @Max(value = 65_536, message = "must be from 1 to 65536")
                    @DefaultValue("64")
                    int maxInFlightAppends,
            @DataSizeBetween(min = "1KB", max = "1GB") @DefaultValue("16MB") DataSize maxInFlightSize,
            @DataSizeBetween(min = "1KB", max = "1GB") @DefaultValue("64MB") DataSize maxUncommittedSize,
            @Min(value = 1, message = "must be at least 1") @DefaultValue("10000") int maxPendingReads,
            @DataSizeBetween(min = "1KB", max = "1GB") @DefaultValue("8MB") DataSize maxTailSize,
            @Valid @DefaultValue Log log,
            @Valid @DefaultValue Snapshot snapshot,
            @Valid @DefaultValue Promotion promotion) {
        private static final String ELECTION_RANGE = "must be from 50ms to 60s";

        public Raft {
            Relations.requireHeartbeatFits(heartbeatInterval, electionTimeout);
        }
    }

    /**
     * @param compactSize Bytes of new entries after which the oldest are dropped from the log
     * @param compactEntries The same in entries
     * @param keepSize Bytes of the newest entries that stay for peers that are behind; who needs more is sent a snapshot
     * @param keepEntries The same in entries
     * @param holdSize Most bytes of entries that stay while a peer takes a snapshot, for what it needs after it; a peer that takes
     *     longer than these take to be written needs another snapshot
     * @param holdEntries The same in entries
     */
    public record Log(
            @DataSizeBetween(min = "1KB", max = "64GB") @DefaultValue("64MB") DataSize compactSize,
            @Min(value = 1, message = "must be at least 1") @DefaultValue("200000") long compactEntries,
            @DataSizeBetween(min = "1KB", max = "64GB") @DefaultValue("32MB") DataSize keepSize,
            @Min(value = 0, message = "must be at least 0") @DefaultValue("100000") long keepEntries,
            @DataSizeBetween(min = "1KB", max = "1TB") @DefaultValue("1GB") DataSize holdSize,
            @Min(value = 0, message = "must be at least 0") @DefaultValue("10000000") long holdEntries) {
        public Log {
            Relations.requireAtLeast("kv.raft.log.hold-size", holdSize, "kv.raft.log.keep-size", keepSize);
            Relations.requireAtLeast("kv.raft.log.hold-entries", holdEntries, "kv.raft.log.keep-entries", keepEntries);
        }
    }

    /** @param bytesPerSecond Most bytes of a snapshot that are sent to one peer in a second; 0 for no bound */
    public record Snapshot(
            @Min(value = 0, message = "must be at least 0") @DefaultValue("0") long bytesPerSecond) {}

    /** @param maxLag Most entries that an observer may be behind, for ten seconds without a break, to become a voter */
    public record Promotion(@Min(value = 0, message = "must be at least 0") @DefaultValue("1000") long maxLag) {}

    /** @param maxSize Largest value that is stored */
    public record Value(@DataSizeBetween(min = "1B", max = "8MB") @DefaultValue("1MB") DataSize maxSize) {}

    /**
     * @param timeout Time after which a client's request is answered in any case
     * @param maxInFlight Most writes and linearizable reads under way on this node, those that wait for a leader included
     * @param maxSize Most bytes of keys and values, decoded, that one transaction may carry
     * @param maxRate Most requests of one client address in a second; 0 for no bound
     * @param headTimeout Time from the first byte of a request to the last of its head, after which the client is hung up on
     * @param bodyTimeout Time that a body may take to arrive, and each line of a batch or an import
     */
    public record Request(
            @DurationMin(millis = 1, message = "must be from 1ms to 10m")
                    @DurationMax(minutes = 10, message = "must be from 1ms to 10m")
                    @DefaultValue("10s")
                    Duration timeout,
            @Min(value = 1, message = "must be at least 1") @DefaultValue("10000") int maxInFlight,
            @DataSizeBetween(min = "1KB", max = "64MB") @DefaultValue("2MB") DataSize maxSize,
            @Min(value = 0, message = RATE_RANGE) @Max(value = 1_000_000, message = RATE_RANGE) @DefaultValue("0")
                    int maxRate,
            @DurationMin(millis = 100, message = HEAD_RANGE) @DurationMax(minutes = 10, message = HEAD_RANGE) @DefaultValue("30s")
                    Duration headTimeout,
            @DurationMin(millis = 100, message = BODY_RANGE) @DurationMax(hours = 1, message = BODY_RANGE) @DefaultValue("60s")
                    Duration bodyTimeout) {
        private static final String HEAD_RANGE = "must be from 100ms to 10m";
        private static final String BODY_RANGE = "must be from 100ms to 1h";
        private static final String RATE_RANGE = "must be from 0 to 1000000";
    }

    /**
     * @param total All memory that this process may take, as a size, or as a percentage of what the JVM sees, which in a container is
     *     its limit: the state store gets what the heap (as the JVM was told), the JVM and the log leave of it. If left out, the
     *     state store takes 64 MiB for its cache and 64 MiB for its write buffers, whatever the heap
     */
    public record Memory(@DefaultValue("") String total) {}

    /** @param maxOps Most comparisons and operations of one transaction */
    public record Txn(
            @Min(value = 1, message = "must be from 1 to 10000") @Max(value = 10_000, message = "must be from 1 to 10000")
                    @DefaultValue("512")
                    int maxOps) {}

    /** @param maxOpen Most ranges and exports that are sent line by line from this node at once */
    public record Stream(
            @Min(value = 1, message = "must be from 1 to 1000") @Max(value = 1000, message = "must be from 1 to 1000")
                    @DefaultValue("16")
                    int maxOpen) {}

    /**
     * @param maxInFlight Most writes under way to one leader, and from one node
     * @param maxInFlightSize Most bytes of writes under way to one leader
     */
    public record Forward(
            @Min(value = 1, message = "must be from 1 to 65536") @Max(value = 65_536, message = "must be from 1 to 65536")
                    @DefaultValue("1024")
                    int maxInFlight,
            @DataSizeBetween(min = "1KB", max = "1GB") @DefaultValue("64MB") DataSize maxInFlightSize) {}

    /**
     * @param minFree Room that is kept free on the disks of the data, at most a tenth of each: with less, writes that grow are
     *     refused
     * @param interval Time between two looks at how much is free
     */
    public record Disk(
            @DataSizeBetween(min = "0B", max = "1TB") @DefaultValue("512MB") DataSize minFree,
            @DurationMin(millis = 100, message = "must be from 100ms to 1m")
                    @DurationMax(minutes = 1, message = "must be from 100ms to 1m")
                    @DefaultValue("1s")
                    Duration interval) {}

    /**
     * @param interval Time between two comparisons of the replicas' states and disks by the leader
     * @param scrubInterval Time between two passes over the files of the state; 0 for none
     * @param scrubBytesPerSecond Most that such a pass reads in a second
     */
    public record Check(
            @DurationMin(millis = 100, message = "must be from 100ms to 1h")
                    @DurationMax(hours = 1, message = "must be from 100ms to 1h")
                    @DefaultValue("5s")
                    Duration interval,
            @DurationMin(millis = 0, message = "must not be negative") @DefaultValue("24h") Duration scrubInterval,
            @DataSizeBetween(min = "1KB", max = "10GB") @DefaultValue("16MB") DataSize scrubBytesPerSecond) {}

    /**
     * @param maxAge History is kept for so long, about ten seconds more where there are few writes
     * @param maxRevisions So many revisions are kept at most, and a hundredth more
     * @param interval Time between two looks at what may go
     */
    public record History(
            @DurationMin(seconds = 1, message = "must be from 1s to 3650d")
                    @DurationMax(days = 3650, message = "must be from 1s to 3650d")
                    @DefaultValue("1h")
                    Duration maxAge,
            @Min(100) @Max(1_000_000_000_000L) @DefaultValue("1000000") long maxRevisions,
            @DurationMin(millis = 100, message = "must be from 100ms to 1h")
                    @DurationMax(hours = 1, message = "must be from 100ms to 1h")
                    @DefaultValue("10s")
                    Duration interval) {}

    /** @param tick Time between two looks of the leader at which leases are over; they end so much late at most */
    public record Lease(
            @DurationMin(millis = 10, message = "must be from 10ms to 10s")
                    @DurationMax(seconds = 10, message = "must be from 10ms to 10s")
                    @DefaultValue("100ms")
                    Duration tick) {}

    /**
     * @param maxWait Longest time that a request may wait for a lock
     * @param maxWaiting Most requests that wait for locks and elections on this node
     */
    public record Lock(
            @DurationMin(seconds = 1, message = "must be from 1s to 1h")
                    @DurationMax(hours = 1, message = "must be from 1s to 1h")
                    @DefaultValue("10m")
                    Duration maxWait,
            @Min(value = 1, message = "must be from 1 to 1000000") @Max(value = 1_000_000, message = "must be from 1 to 1000000")
                    @DefaultValue("2000")
                    int maxWaiting) {}

    /**
     * @param maxStreams Most streams and long polls open on this node
     * @param bufferSize Bytes of keys and values that may wait for one stream to be read; with more, it ends as lagging
     * @param bufferRevisions The same in revisions
     * @param maxBufferedSize Most bytes that wait for all streams together, shared ones counted once: then the slowest ends
     * @param progressInterval Time between two words of progress on each stream, which also find clients that are gone
     * @param maxWait Longest time that a long poll may ask for
     */
    public record Watch(
            @Min(value = 1, message = "must be from 1 to 100000") @Max(value = 100_000, message = "must be from 1 to 100000")
                    @DefaultValue("5000")
                    int maxStreams,
            @DataSizeBetween(min = "1KB", max = "64MB") @DefaultValue("1MB") DataSize bufferSize,
            @Min(value = 1, message = "must be from 1 to 1000000") @Max(value = 1_000_000, message = "must be from 1 to 1000000")
                    @DefaultValue("1024")
                    int bufferRevisions,
            @DataSizeBetween(min = "1MB", max = "64GB") @DefaultValue("64MB") DataSize maxBufferedSize,
            @DurationMin(millis = 100, message = "must be from 100ms to 10m")
                    @DurationMax(minutes = 10, message = "must be from 100ms to 10m")
                    @DefaultValue("15s")
                    Duration progressInterval,
            @DurationMin(seconds = 1, message = "must be from 1s to 1h")
                    @DurationMax(hours = 1, message = "must be from 1s to 1h")
                    @DefaultValue("10m")
                    Duration maxWait) {
        public Watch {
            Relations.requireAtMost(
                    "kv.watch.buffer-size", bufferSize, "kv.watch.max-buffered-size", maxBufferedSize);
        }
    }

    /** @param lease reads that a leader answers on its own */
    public record Read(@Valid @DefaultValue ReadLease lease) {}

    /**
     * @param enabled Whether reads with consistency=lease are answered. They are by lease only while a majority of the voters
     *     has this on; otherwise each is confirmed by a round, as linearizable reads are
     * @param maxClockDrift Most by which what two nodes' monotonic clocks measure of one election timeout may differ
     */
    public record ReadLease(
            @DefaultValue("false") boolean enabled,
            @DurationMin(millis = 1, message = "must be at least 1ms") @DefaultValue("100ms") Duration maxClockDrift) {}

    /**
     * @param readiness the readiness probe
     * @param liveness the liveness probe
     */
    public record Health(@DefaultValue Readiness readiness, @Valid @DefaultValue Liveness liveness) {}

    /** @param requireLeader Whether a node that knows no leader for three election timeouts is not ready */
    public record Readiness(@DefaultValue("true") boolean requireLeader) {}

    /** @param stuckLimit Time that the consensus loop or a write may hang before a restart is asked for */
    public record Liveness(
            @DurationMin(seconds = 1, message = "must be at least 1s") @DefaultValue("30s") Duration stuckLimit) {}

    /**
     * @param lameDuck Time for which a node that stops goes on answering, each answer ending its connection, before it refuses
     *     new ones
     */
    public record Shutdown(
            @DurationMin(millis = 0, message = LAME_DUCK_RANGE) @DurationMax(seconds = 15, message = LAME_DUCK_RANGE)
                    @DefaultValue("1s")
                    Duration lameDuck) {
        private static final String LAME_DUCK_RANGE = "must be from 0s to 15s";
    }

    /**
     * @param bytesPerSecond Most bytes that a snapshot reads from the disk, or sends, in a second; 0 for no bound
     * @param maxDuration Time after which a snapshot or its check is broken off; until then its copy takes up the disk
     * @param maxVerifySize Largest snapshot that is checked; so much of the data directory's disk it takes meanwhile
     */
    public record Backup(
            @Min(value = 0, message = "must be at least 0") @DefaultValue("0") long bytesPerSecond,
            @DurationMin(seconds = 1, message = BACKUP_RANGE) @DurationMax(hours = 168, message = BACKUP_RANGE)
                    @DefaultValue("1h")
                    Duration maxDuration,
            @DataSizeBetween(min = "1KB", max = "16TB") @DefaultValue("16GB") DataSize maxVerifySize) {
        private static final String BACKUP_RANGE = "must be from 1s to 168h";
    }

    /**
     * @param authentication Whether requests must say who they are by a token or a client certificate: the same on all nodes.
     *     Off, the node listens on loopback only
     * @param insecure Whether a node listens elsewhere without authentication, for everybody who reaches it
     * @param adminTokenFile File that holds the token of the first admin, or sha256: and its hash
     * @param auditEntries Newest changes and refusals that a node keeps in memory for GET /v1/audit
     * @param auditWrites Whether changes of keys, leases and locks are audited, too
     */
    public record Security(
            @DefaultValue("false") boolean authentication,
            @DefaultValue("false") boolean insecure,
            @DefaultValue("") String adminTokenFile,
            @Min(value = 1, message = AUDIT_RANGE) @Max(value = 100_000, message = AUDIT_RANGE) @DefaultValue("1000")
                    int auditEntries,
            @DefaultValue("false") boolean auditWrites) {
        private static final String AUDIT_RANGE = "must be from 1 to 100000";
    }
}
