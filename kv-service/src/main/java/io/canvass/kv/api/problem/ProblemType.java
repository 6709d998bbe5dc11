package io.canvass.kv.api.problem;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every kind of error this API answers with (KV-API.md, section 8; RFC 9457). A type's name is the last segment of its
 * {@code type} reference, {@code /problems/{name}}, under which {@code ProblemPages} explains it.
 */
public enum ProblemType {
    INVALID_KEY("invalid-key", 400, "The key is not valid", Outcome.NOT_APPLIED, false,
            "The path does not name a key. In /v1/kv/{key} a key is 1 to 1024 bytes of UTF-8, without control"
                    + " characters, without '\\', and without empty, '.' or '..' segments; ';' is written %3B, '%' is"
                    + " written %25.",
            "Correct the key, or name any other bytes by /v1/kv64/{base64url of the key}."),
    INVALID_REQUEST("invalid-request", 400, "The request is not valid", Outcome.NOT_APPLIED, false,
            "The request line, a header, a query parameter or the body is malformed, or is not known here.",
            "Correct what the detail names. The same request will be refused again."),
    REFUSING_TO_DELETE_EVERYTHING("refusing-to-delete-everything", 400, "That would delete everything",
            Outcome.NOT_APPLIED, false,
            "A DELETE of a range without a prefix, a start or an end names all keys of the store.",
            "Name a prefix. If all keys are to go, say so by all=true."),
    REVISION_IN_FUTURE("revision-in-future", 400, "The store has not come to that revision", Outcome.NOT_APPLIED, false,
            "The request names a revision above the newest one, which Kv-Store-Revision or revision gives.",
            "Name a revision that an answer of this cluster gave. To wait for one, read with min-revision."),
    INVALID_SNAPSHOT("invalid-snapshot", 400, "The snapshot is broken", Outcome.NOT_APPLIED, false,
            "The body is not a snapshot as GET /v1/snapshot makes it, or it is damaged, cut short or another one than its"
                    + " digest says. The detail tells what is broken, and where.",
            "Do not rely on that file. Make another snapshot, and check it."),
    UNAUTHENTICATED("unauthenticated", 401, "The request does not say who you are", Outcome.NOT_APPLIED, false,
            "This cluster answers only those it knows, and the request carries no token or client certificate, or one that"
                    + " is not known, is revoked or has expired.",
            "Send a token with Authorization: Bearer …. Whoever administers the cluster makes one by POST"
                    + " /v1/auth/tokens."),
    FORBIDDEN("forbidden", 403, "You may not do that", Outcome.NOT_APPLIED, false,
            "The detail names the right that is missing, and where. It does not say whether the key exists.",
            "Have an admin add the right to one of your roles. GET /v1/auth/whoami tells what you may do."),
    NOT_FOUND("not-found", 404, "Nothing is served under this path", Outcome.NOT_APPLIED, false,
            "The path is not part of this API.",
            "Keys are under /v1/kv/{key}; check the path's spelling."),
    KEY_NOT_FOUND("key-not-found", 404, "The key does not exist", Outcome.NONE, false,
            "At the revision that was read, given by Kv-Store-Revision, there was no such key.",
            "Write it with PUT, or list what exists with GET /v1/kv?prefix=."),
    LEASE_NOT_FOUND("lease-not-found", 404, "There is no such lease", Outcome.NOT_APPLIED, false,
            "The lease ended, was revoked, or never was. What was attached to it is gone.",
            "Make another lease, and attach again what should live with it."),
    LOCK_NOT_FOUND("lock-not-found", 404, "Nobody holds it", Outcome.NONE, false,
            "The lock or election has no holder at the moment, and nobody waits.",
            "Take it with PUT."),
    MEMBER_NOT_FOUND("member-not-found", 404, "There is no such member", Outcome.NOT_APPLIED, false,
            "No voter and no observer of the cluster has this node id; if it was one, it is removed.",
            "GET /v1/cluster/members lists the members."),
    ROLE_NOT_FOUND("role-not-found", 404, "There is no such role", Outcome.NOT_APPLIED, false,
            "No role of the cluster has this name.",
            "GET /v1/auth/roles lists the roles; PUT /v1/auth/roles/{name} makes one."),
    PRINCIPAL_NOT_FOUND("principal-not-found", 404, "There is no such token or certificate", Outcome.NOT_APPLIED, false,
            "No token, or no certificate, of the cluster has this name; it may be revoked already.",
            "GET /v1/auth/tokens and GET /v1/auth/certificates list them."),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "The method is not allowed here", Outcome.NOT_APPLIED, false,
            "The path exists, but not for this method.",
            "Use one of the methods that the Allow header names."),
    NOT_ACCEPTABLE("not-acceptable", 406, "The media type asked for is not served here", Outcome.NOT_APPLIED, false,
            "The Accept header excludes the only media type of this URL. A value is application/octet-stream; with"
                    + " ?format=json it is application/json, as pages are.",
            "Accept that type, or */*."),
    REQUEST_TIMEOUT("request-timeout", 408, "The request did not arrive in time", Outcome.NOT_APPLIED, true,
            "The client stopped sending, or sent too slowly, before the whole value had arrived.",
            "Send the request again."),
    LOCK_HELD("lock-held", 409, "Somebody else holds it", Outcome.NOT_APPLIED, true,
            "The lock or election is held: holder says by whom, with the token, and for how long at least if it is not"
                    + " renewed.",
            "Ask again after Retry-After, or wait in the queue with ?wait=30s."),
    QUEUE_FULL("queue-full", 409, "As many wait as may", Outcome.NOT_APPLIED, true,
            "The queue of a lock or election is bounded: limit says by how many.",
            "Ask again later."),
    IDEMPOTENCY_IN_FLIGHT("idempotency-in-flight", 409, "The first request with this key is under way",
            Outcome.NOT_APPLIED, true,
            "This node is still busy with a request that has the same Idempotency-Key.",
            "Send the request again after Retry-After: it is then answered as the first one was."),
    NOT_A_NUMBER("not-a-number", 409, "The key's value is not a number", Outcome.NOT_APPLIED, false,
            "A counter is a key whose value is a decimal 64-bit number; this key holds something else, which current"
                    + " describes.",
            "Use another name, or overwrite the key with a number."),
    OUT_OF_RANGE("out-of-range", 409, "The counter would leave its range", Outcome.NOT_APPLIED, false,
            "The sum would be below min, above max, or beyond 64 bits. current says how the counter stands.",
            "Add less, or change the bounds of the request."),
    TOO_MANY_LEASES("too-many-leases", 409, "There are as many leases as may be", Outcome.NOT_APPLIED, true,
            "The number of leases is bounded, those that keys and locks have of their own included: limit says to what.",
            "Let leases end, or attach several keys to one lease."),
    ROLE_IN_USE("role-in-use", 409, "The role is in use", Outcome.NOT_APPLIED, false,
            "A token or a certificate has the role: without it, that would silently mean less.",
            "Revoke it first, or change what the role grants by PUT."),
    PRINCIPAL_EXISTS("principal-exists", 409, "The name is taken", Outcome.NOT_APPLIED, false,
            "A token or a certificate has this name, perhaps by an earlier try of this very request, whose token nobody saw.",
            "Choose another name, or revoke that one first."),
    CERTIFICATE_TAKEN("certificate-taken", 409, "The certificate is somebody else's", Outcome.NOT_APPLIED, false,
            "Another name stands for what the certificate says: one certificate tells one principal.",
            "Delete the other one first."),
    TOO_MANY_PRINCIPALS("too-many-principals", 409, "There are as many as there may be", Outcome.NOT_APPLIED, false,
            "The number of roles, and that of tokens and certificates, is bounded: limit says to what.",
            "Delete what is not used any more."),
    CHANGE_PENDING("change-pending", 409, "Another change of the members is under way", Outcome.NOT_APPLIED, true,
            "Members are changed one at a time. The configuration at the index that pending names is not committed yet.",
            "Send the request again when it is. If it stays so, too few voters answer: GET /v1/cluster says which."),
    WOULD_LOSE_QUORUM("would-lose-quorum", 409, "Too few voters would be left", Outcome.NOT_APPLIED, false,
            "After the change a majority of the voters would not be there: the cluster could commit nothing, not even a"
                    + " change back.",
            "Bring the voters back that the detail names, or remove those first that are gone for good. If you know"
                    + " better, add ?force=true; what is the last voter cannot be forced away."),
    ALREADY_A_MEMBER("already-a-member", 409, "The node is a member already", Outcome.NOT_APPLIED, false,
            "A voter or an observer has this node id, perhaps by an earlier try of this very request.",
            "Look at GET /v1/cluster/members/{id}. If the node came back with an empty disk, replace it."),
    NOTHING_TO_DO("nothing-to-do", 409, "It is so already", Outcome.NOT_APPLIED, false,
            "The member is already what the request would make of it, perhaps by an earlier try of this very request.",
            "Nothing, if that is what you wanted."),
    MEMBER_BEHIND("member-behind", 409, "The member is too far behind", Outcome.NOT_APPLIED, true,
            "As a voter it would count for majorities while it lacks many entries of the log.",
            "Wait until its lag, which GET /v1/cluster shows, has shrunk, and send the request again."),
    NOT_A_VOTER("not-a-voter", 409, "The member is no voter", Outcome.NOT_APPLIED, false,
            "Only a voter can lead.",
            "Promote it first, or name a voter."),
    DIRECTORY_UNKNOWN("directory-unknown", 409, "The member's new directory is not known", Outcome.NOT_APPLIED, true,
            "A replica is a node with a data directory. The node has not connected with another directory than the one"
                    + " that is lost.",
            "Start the node on its empty directory and send the request again, or name the directory by directoryId."),
    DIRECTORY_IN_USE("directory-in-use", 409, "The member's directory is in use", Outcome.NOT_APPLIED, false,
            "The replica that would be given up as lost is connected, and so not lost.",
            "Stop the node first. If you know better, add ?force=true."),
    TRANSFER_FAILED("transfer-failed", 409, "Leadership was not handed over", Outcome.NOT_APPLIED, true,
            "The member does not answer, or did not have the whole log in time. Who led before leads on, or the voters"
                    + " elected another one.",
            "Send the request again, or name another voter."),
    NOT_SAFE_TO_STOP("not-safe-to-stop", 409, "The member should not be stopped now", Outcome.NONE, true,
            "Without it, too few voters would be current: connected and not far behind.",
            "Wait until the others are current, and ask again."),
    TOO_MANY_MEMBERS("too-many-members", 409, "The cluster has as many members as it can have", Outcome.NOT_APPLIED, false,
            "Each member costs every other one connections, and the leader a look at each answer.",
            "Remove a member first."),
    NOT_SUPPORTED("not-supported", 409, "Not all members understand this", Outcome.NOT_APPLIED, false,
            "The change can only be written in a form that some members, of an older version, do not read.",
            "Bring all members to this version first."),
    SNAPSHOT_RUNNING("snapshot-running", 409, "Another snapshot is under way", Outcome.NOT_APPLIED, true,
            "A node makes one snapshot at a time, and checks one at a time: each takes up its disk.",
            "Wait until the other one is over, or ask another node."),
    REVISION_COMPACTED("revision-compacted", 410, "That revision is not kept any more", Outcome.NONE, false,
            "History is kept for a while (kv.history). What is asked for lies below compactRevision.",
            "Read as it stands now, or from compactRevision on. A watch begins anew with initial=true."),
    PRECONDITION_FAILED("precondition-failed", 412, "The precondition does not hold", Outcome.NOT_APPLIED, false,
            "If-Match or If-None-Match does not hold for the key as it stands; current and the ETag header say how it"
                    + " stands.",
            "Read the key, decide anew, and send the request with the current ETag."),
    VALUE_TOO_LARGE("value-too-large", 413, "The value is too large", Outcome.NOT_APPLIED, false,
            "The value is longer than this service stores: limit is the bound in bytes, actual what was sent (absent"
                    + " when the length was not announced), property the setting.",
            "Store less, split it over several keys, or have the operator raise the setting on every node."),
    TOO_MANY_OPERATIONS("too-many-operations", 413, "Too much for one request", Outcome.NOT_APPLIED, false,
            "The request asks for more operations, keys or bytes than one entry of the log may hold: limit is the bound,"
                    + " actual what was asked for, property the setting, where there is one.",
            "Send several requests; those that need not happen at once may."),
    BODY_TOO_LARGE("body-too-large", 413, "The body is too large", Outcome.NOT_APPLIED, false,
            "The body is longer than any request to this path can be: limit is the bound in bytes, actual what was sent.",
            "Correct the request."),
    SNAPSHOT_TOO_LARGE("snapshot-too-large", 413, "The snapshot is too large to be checked here", Outcome.NOT_APPLIED,
            false,
            "The snapshot is larger than this node checks: limit is the bound in bytes, actual its size, property the"
                    + " setting.",
            "Check it with 'kvctl snapshot verify FILE' on another machine, or have the operator raise the setting."),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body is not of a supported kind", Outcome.NOT_APPLIED,
            false,
            "A value is stored as the bytes of the body and served without a Content-Encoding, so an encoded body"
                    + " would come back as something else than was meant; any Content-Type is welcome. Requests under"
                    + " /v1/cluster, and those with JSON elsewhere, have bodies of application/json; batches and imports"
                    + " of application/x-ndjson.",
            "Send the body as the detail says."),
    EXPECTATION_FAILED("expectation-failed", 417, "The expectation cannot be met", Outcome.NOT_APPLIED, false,
            "The Expect header asks for something other than 100-continue.",
            "Send the request without that header."),
    NOT_LEADER("not-leader", 421, "This node does not lead", Outcome.NOT_APPLIED, false,
            "The request had Kv-Routing: local, so it was not passed on. leader says who leads, if that is known.",
            "Send it there, or leave the header out: any node passes a write on."),
    IDEMPOTENCY_KEY_REUSED("idempotency-key-reused", 422, "The Idempotency-Key was used for another request",
            Outcome.NOT_APPLIED, false,
            "The key stands for a request that asked for something else. A key names one request for ever, or for as"
                    + " long as receipts are kept.",
            "Make up another key for another request."),
    PRECONDITION_REQUIRED("precondition-required", 428, "The write needs a precondition", Outcome.NOT_APPLIED, false,
            "The operator has set kv.require-precondition-prefixes: keys that begin so are not overwritten blindly. Locks"
                    + " and elections are released by their token only.",
            "Send If-Match with the ETag that you read, or If-None-Match: * to create the key. Release a lock with"
                    + " If-Match and its token."),
    RATE_LIMITED("rate-limited", 429, "Too many requests from this client", Outcome.NOT_APPLIED, true,
            "The operator has bounded the requests of one client per second (kv.request.max-rate).",
            "Wait as Retry-After says and send the request again."),
    TOO_MANY_WATCHES("too-many-watches", 429, "As many watches as may be are open on this node", Outcome.NOT_APPLIED, true,
            "Each open watch keeps memory: limit says how many may be open, property names the setting.",
            "Watch a longer prefix in place of several keys, close watches, or use another node."),
    INTERNAL_ERROR("internal-error", 500, "The service failed", Outcome.UNKNOWN, false,
            "A fault of the service, not of the request. A write may or may not have been applied.",
            "Read before you repeat a write; report requestId to the operator, whose log has the cause."),
    NOT_IMPLEMENTED("not-implemented", 501, "The request asks for something that is not implemented",
            Outcome.NOT_APPLIED, false,
            "The request uses a part of HTTP that this service does not have, such as a transfer coding other than"
                    + " chunked.",
            "Send the request without it."),
    NO_QUORUM("no-quorum", 503, "No leader can be reached", Outcome.NOT_APPLIED, true,
            "Too few voters of the cluster reach each other, or this node reaches none of them. Reads with"
                    + " consistency=local still work.",
            "Wait as Retry-After says and send the request again, here or to another node."),
    LEADER_NOT_READY("leader-not-ready", 503, "The leader cannot begin a change yet", Outcome.NOT_APPLIED, true,
            "The leader has committed nothing of its own epoch yet, or is handing leadership over.",
            "Wait as Retry-After says and send the request again."),
    OVERLOADED("overloaded", 503, "Too many requests wait", Outcome.NOT_APPLIED, true,
            "A bound of the service is reached; the request was refused before anything was done.",
            "Wait as Retry-After says, with some jitter, and send the request again."),
    STARTING("starting", 503, "The node is starting", Outcome.NOT_APPLIED, true,
            "The node has not caught up with its own log yet.",
            "Wait as Retry-After says, or use another node."),
    DRAINING("draining", 503, "The node is stopping", Outcome.NOT_APPLIED, true,
            "The node is shutting down and takes no new requests.",
            "Send the request to another node, or here again after the restart."),
    REPLICA_DAMAGED("replica-damaged", 503, "This node's data is damaged", Outcome.NOT_APPLIED, true,
            "What this node stores is not what it once stored, or differs from what the other replicas have. It answers"
                    + " no reads and takes no writes until an operator has healed it; the other nodes are not"
                    + " concerned.",
            "Send the request to another node."),
    TOO_STALE("too-stale", 503, "This node is further behind than allowed", Outcome.NONE, true,
            "A read with consistency=local may say how long ago the leader was heard (max-staleness) and how many entries"
                    + " may be missing (max-lag); with min-revision any read waits until the store has come so far. This"
                    + " node could not keep that.",
            "Send the request again, to another node, or with a wider bound."),
    REMOVED("removed", 503, "The node is no member of its cluster any more", Outcome.NOT_APPLIED, true,
            "The node was removed from its cluster: it takes no writes, and what it could read grows old for ever.",
            "Send the request to a member of the cluster."),
    READ_ONLY_ALARM("read-only-alarm", 503, "The cluster takes no writes that need room", Outcome.NOT_APPLIED, true,
            "The disks of so many voters are nearly full that the others are no majority; GET /v1/alarms names them. Reads"
                    + " and deletes work as before. Writes are taken again by themselves when there is room.",
            "Have the operator make room; meanwhile send the request again after some seconds."),
    OUTCOME_UNKNOWN("outcome-unknown", 504, "It is not known whether the write happened", Outcome.UNKNOWN, false,
            "The write was handed to the cluster, and no answer came in time. It may have been applied, may still be,"
                    + " or may never be.",
            "Read the key to learn it. A write with an Idempotency-Key may be sent again as it is: it is applied once, and"
                    + " answered as the first time. So may one with a precondition (If-Match with an ETag, or"
                    + " If-None-Match: *): if the first did happen, the second is 412."),
    HTTP_VERSION_NOT_SUPPORTED("http-version-not-supported", 505, "The HTTP version is not supported",
            Outcome.NOT_APPLIED, false,
            "The request line names a version of HTTP that is not spoken here.",
            "Use HTTP/1.1."),
    QUOTA_EXCEEDED("quota-exceeded", 507, "A disk of the cluster is nearly full", Outcome.NOT_APPLIED, true,
            "The disk of this node or of the leader has less room than is kept free, and the write needs room."
                    + " Reads and deletes work as before. Writes are taken again by themselves when there is room.",
            "Have the operator make room; meanwhile send the request again after some seconds, perhaps to another"
                    + " node.");

    private final String slug;
    private final int status;
    private final String title;
    private final Outcome outcome;
    private final boolean retryable;
    private final String meaning;
    private final String remedy;

    ProblemType(
            String slug, int status, String title, Outcome outcome, boolean retryable, String meaning, String remedy) {
        this.slug = slug;
        this.status = status;
        this.title = title;
        this.outcome = outcome;
        this.retryable = retryable;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** The name, which programs compare: the last segment of {@link #reference()}. */
    public String slug() {
        return slug;
    }

    /** The status of HTTP. */
    public int status() {
        return status;
    }

    /** The {@code title} member: the same in every occurrence. */
    public String title() {
        return title;
    }

    /** What became of a write that ended so. */
    public Outcome outcome() {
        return outcome;
    }

    /** Whether the same request, sent again as it is, does no harm and may succeed. */
    boolean retryable() {
        return retryable;
    }

    /** What has happened, for the type's page. */
    public String meaning() {
        return meaning;
    }

    /** What to do about it, for the type's page. */
    public String remedy() {
        return remedy;
    }

    /** Whether it says that a limit was met ({@code docs/api.md}, Limits). */
    boolean isLimit() {
        return switch (this) {
            case QUEUE_FULL, TOO_MANY_LEASES, TOO_MANY_MEMBERS, SNAPSHOT_RUNNING, VALUE_TOO_LARGE, TOO_MANY_OPERATIONS,
                    BODY_TOO_LARGE, SNAPSHOT_TOO_LARGE, RATE_LIMITED, TOO_MANY_WATCHES, OVERLOADED, QUOTA_EXCEEDED,
                    READ_ONLY_ALARM -> true;
            default -> false;
        };
    }

    /** The {@code type} member: a root-relative reference, so that it works offline (RFC 9457, section 3.1.1). */
    public String reference() {
        return "/problems/" + slug;
    }

    /** Empty if no type has that name. */
    public static Optional<ProblemType> bySlug(String slug) {
        return Arrays.stream(values()).filter(type -> type.slug.equals(slug)).findFirst();
    }

    /** The type of an error that Tomcat or Spring raised by itself, of which only the status is known. */
    static Optional<ProblemType> byContainerStatus(int status) {
        return switch (status) {
            case 400 -> Optional.of(INVALID_REQUEST);
            case 401 -> Optional.of(UNAUTHENTICATED);
            case 403 -> Optional.of(FORBIDDEN);
            case 404 -> Optional.of(NOT_FOUND);
            case 405 -> Optional.of(METHOD_NOT_ALLOWED);
            case 406 -> Optional.of(NOT_ACCEPTABLE);
            case 408 -> Optional.of(REQUEST_TIMEOUT);
            case 415 -> Optional.of(UNSUPPORTED_MEDIA_TYPE);
            case 417 -> Optional.of(EXPECTATION_FAILED);
            case 500 -> Optional.of(INTERNAL_ERROR);
            case 501 -> Optional.of(NOT_IMPLEMENTED);
            case 503 -> Optional.of(DRAINING);
            case 505 -> Optional.of(HTTP_VERSION_NOT_SUPPORTED);
            default -> Optional.empty();
        };
    }

    /** What became of a write (KV-API.md, section 1, principle 8). */
    public enum Outcome {
        /** The question does not arise. */
        NONE(""),
        /** Surely not applied. */
        NOT_APPLIED("not-applied"),
        /** May or may not be applied. */
        UNKNOWN("unknown");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** The {@code outcome} member; empty for {@link #NONE}. */
        public String word() {
            return word;
        }
    }
}
