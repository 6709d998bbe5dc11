package io.canvass.kv.api.admin;

import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Callers;
import io.canvass.kv.api.http.OwnThread;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.Requires;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.backup.BackupRunningException;
import io.canvass.kv.backup.Backups;
import io.canvass.kv.backup.InvalidSnapshotException;
import io.canvass.kv.backup.SnapshotCheck;
import io.canvass.kv.backup.SnapshotHeader;
import io.canvass.kv.backup.SnapshotTooLargeException;
import io.canvass.kv.security.Security;
import io.canvass.kv.store.Need;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.core.JsonGenerator;

/** {@code GET /v1/snapshot} and {@code POST /v1/snapshot/verify} (KV-API.md, section 7). */
@Controller
final class Snapshots {
    private static final String VERIFY_LIMIT_PROPERTY = "kv.backup.max-verify-size";
    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Backups backups;
    private final ClusterCalls cluster;
    private final Security security;

    Snapshots(Backups backups, ClusterCalls cluster, Security security) {
        this.backups = backups;
        this.cluster = cluster;
        this.security = security;
    }

    /** The state of this node, as one file. Its digest stands in the header, so it is known before the first byte. */
    @Requires(Right.BACKUP)
    @GetMapping("/v1/snapshot")
    void get(HttpServletRequest request, HttpServletResponse response) throws Exception {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), List.of(Consistency.PARAMETER));
        Consistency consistency = Consistency.of(query);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_OCTET_STREAM_VALUE, "Accept it or */*.");
        Consistency had = cluster.awaitFreshness(consistency);
        // The rights are then as fresh as what they guard.
        security.require(Callers.of(request, security), Need.of(Right.BACKUP));
        OwnThread.call("kv-snapshot", () -> {
            try (Backups.Backup backup = backups.begin()) {
                describe(request, response, had, backup);
                // Tomcat would leave the body out, but only once it has been read.
                if (!request.getMethod().equals("HEAD")) {
                    response.flushBuffer();
                    backup.writeTo(response.getOutputStream());
                }
                return backup;
            } catch (BackupRunningException e) {
                throw running(e);
            } catch (Backups.BrokenOffException e) {
                throw brokenOff(response, e);
            }
        });
    }

    private static RuntimeException brokenOff(HttpServletResponse response, Backups.BrokenOffException e) {
        if (response.isCommitted()) {
            // Not the client's doing: told in the log, and to the client by the end of its connection.
            return new IllegalStateException(e.getMessage(), e);
        }
        return Problem.of(ProblemType.OVERLOADED, e.getMessage() + ". Nothing of it was sent. Ask another node, or"
                + " later; the"
                + " bounds are kv.backup.max-duration and kv.backup.bytes-per-second.").asException();
    }

    private void describe(
            HttpServletRequest request, HttpServletResponse response, Consistency consistency, Backups.Backup backup) {
        SnapshotHeader header = backup.header();
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", consistency.word());
        response.setHeader("Kv-Revision", Long.toString(header.revision()));
        response.setHeader("Kv-Cluster-Id", header.clusterId().toString());
        response.setHeader(Digests.HEADER, Digests.format(backup.sha256()));
        response.setHeader("Content-Disposition", "attachment; filename=\"canvass-r" + header.revision() + "-"
                + FILE_TIME.format(header.createdAt()) + ".snapshot\"");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Accept-Ranges", "none");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setContentLengthLong(header.totalBytes());
    }

    /** Checks a snapshot without keeping it. */
    @Requires(Right.BACKUP)
    @PostMapping("/v1/snapshot/verify")
    void verify(HttpServletRequest request, HttpServletResponse response) throws Exception {
        QueryParameters.parse(request.getQueryString(), List.of());
        RequestHeaders.requireKeepable(request);
        SnapshotCheck.Verified verified = OwnThread.call("kv-snapshot-verify", () -> read(request));
        if (!Digests.matches(request, verified.sha256())) {
            throw invalid("its SHA-256 is " + Digests.format(verified.sha256()) + ", not the one that the header "
                    + Digests.HEADER + " announces; it is sound in itself, but it is another one");
        }
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> report(json, verified)));
    }

    private SnapshotCheck.Verified read(HttpServletRequest request) throws IOException {
        try {
            return backups.verify(new UploadStream(request.getInputStream(), backups.maxDuration()));
        } catch (BackupRunningException e) {
            throw running(e);
        } catch (InvalidSnapshotException e) {
            throw invalid(e.what());
        } catch (SnapshotTooLargeException e) {
            throw tooLarge(e);
        } catch (UploadStream.StalledException e) {
            throw Problem.of(ProblemType.REQUEST_TIMEOUT, "The snapshot was not read to its end: " + e.getMessage()
                    + ". Nothing of it was kept. Send it again.").asException();
        } catch (UploadStream.BrokenOffException e) {
            throw QueryParameters.invalid("The body ended early or was malformed as a message of HTTP, so the"
                    + " snapshot is"
                    + " incomplete.");
        }
    }

    private static void report(JsonGenerator json, SnapshotCheck.Verified verified) {
        SnapshotHeader header = verified.header();
        json.writeBooleanProperty("valid", true);
        json.writeStringProperty("clusterId", header.clusterId().toString());
        json.writeStringProperty("createdAt", header.createdAt().toString());
        json.writeStringProperty("node", header.nodeId());
        json.writeNumberProperty("revision", header.revision());
        json.writeNumberProperty("compactRevision", header.compactRevision());
        json.writeNumberProperty("keys", header.keyCount());
        json.writeNumberProperty("index", header.index());
        json.writeNumberProperty("epoch", header.epoch());
        json.writeNumberProperty("files", header.files().size());
        json.writeNumberProperty("bytes", header.totalBytes());
        json.writeStringProperty("digest", Digests.format(verified.sha256()));
    }

    private static ProblemException running(BackupRunningException e) {
        return Problem.of(ProblemType.SNAPSHOT_RUNNING, e.getMessage() + " Nothing was begun. Wait until it is over, or"
                + " ask another node.").asException();
    }

    private static ProblemException invalid(String what) {
        return Problem.of(ProblemType.INVALID_SNAPSHOT, "This is no sound snapshot: " + what
                + ". Nothing of it was kept. Do not rely on it; make another one.").asException();
    }

    private static ProblemException tooLarge(SnapshotTooLargeException e) {
        return Problem.of(ProblemType.SNAPSHOT_TOO_LARGE, "The snapshot has " + e.actualBytes() + " bytes; at most "
                        + e.limitBytes() + " are checked here. Nothing of it was kept. Check it with 'kvctl"
                        + " snapshot verify"
                        + " FILE', or raise " + VERIFY_LIMIT_PROPERTY + ".")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", e.limitBytes());
                    json.writeNumberProperty("actual", e.actualBytes());
                    json.writeStringProperty("property", VERIFY_LIMIT_PROPERTY);
                })
                .ofLimit(VERIFY_LIMIT_PROPERTY)
                .asException();
    }
}
