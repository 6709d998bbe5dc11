package io.canvass.kv.api.write;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.IdempotencyKeys;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.JsonReader;
import io.canvass.kv.api.json.NdjsonLines;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;

/**
 * One import: entries are gathered into transactions within the bounds of one, which are written one after another. One of them
 * is in memory. For one thread.
 */
final class ImportRun {
    private static final List<String> MEMBERS = List.of("key", "key64", "value", "value64", "revision", "createRevision",
            "version", "lease", "export", "prefix", "prefix64", "start", "start64", "end", "end64", "count");
    private static final int VERSION = 1;

    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final WriteLimits bounds;
    private final Protection protection;
    private final Optional<ByteString> idempotencyKey;
    private final NdjsonLines lines;

    private final Set<ByteString> keys = new HashSet<>();
    private Txn.Builder chunk = Txn.newBuilder();
    private long chunkBytes;
    private long chunks;
    private long read;
    private long imported;
    private long revision;
    private boolean headed;
    private boolean ended;

    ImportRun(
            ClusterCalls cluster,
            ApiLimits limits,
            WriteLimits bounds,
            Protection protection,
            Optional<ByteString> idempotencyKey,
            NdjsonLines lines) {
        this.cluster = cluster;
        this.limits = limits;
        this.bounds = bounds;
        this.protection = protection;
        this.idempotencyKey = idempotencyKey;
        this.lines = lines;
    }

    /** Entries that are surely written. */
    long imported() {
        return imported;
    }

    /** Of the store, after the last transaction; 0 if there was none. */
    long revision() {
        return revision;
    }

    /** The one read last. */
    long line() {
        return lines.number();
    }

    /** @throws ProblemException whatever is wrong with a line, or became of a transaction */
    void run() throws IOException {
        for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
            take(line.get());
        }
        if (headed && !ended) {
            throw QueryParameters.invalid("The body begins as an export, but lacks its last line, so it was cut short.");
        }
        write();
    }

    /** What one line says: an entry, or the first or last line of an export. */
    private static final class Line {
        private long version;
        private boolean end;
        private long count = -1;
        private boolean hasEntry;
    }

    private void take(byte[] text) {
        try (JsonReader json =
                new JsonReader("The line", new ByteArrayInputStream(text), OperationJson.maxTextChars(limits))) {
            if (ended) {
                throw json.invalid("follows the last line of the export");
            }
            OperationJson.Slots slots =
                    new OperationJson(json, limits, new Budget(WriteLimits.ofOne(limits))).new Slots();
            Line line = new Line();
            json.begin();
            json.object(MEMBERS, name -> member(json, name, line, slots));
            json.end();
            if (line.version != 0) {
                header(json, line);
            } else if (line.end) {
                end(json, line);
            } else {
                add(Put.newBuilder().setKey(slots.requireKey()).setValue(slots.requireValue()).build());
            }
        }
    }

    private static void member(JsonReader json, String name, Line line, OperationJson.Slots slots) {
        switch (name) {
            case "key", "key64", "value", "value64" -> {
                line.hasEntry = true;
                slots.read(name);
            }
            case "export" -> line.version = json.number(1, VERSION);
            case "count" -> line.count = json.number(0, Long.MAX_VALUE);
            case "end" -> line.end = json.isFlag() && json.flag();
            // What an entry had where it was exported, and which range that was: neither is imported.
            default -> json.ignoreScalar();
        }
    }

    private void header(JsonReader json, Line line) {
        if (line.hasEntry || headed || read > 0) {
            throw json.invalid("is the first line of an export, but not the first line of the body");
        }
        headed = true;
    }

    private void end(JsonReader json, Line line) {
        if (line.hasEntry || !headed) {
            throw json.invalid("is the last line of an export whose first line is missing");
        }
        if (line.count != read) {
            throw json.invalid("says that the export has " + line.count + " entries, but " + read + " came");
        }
        ended = true;
    }

    private void add(Put put) {
        protection.require(Bytes.wrap(put.getKey().toByteArray()), "Write it in a transaction that compares the key.");
        int bytes = put.getKey().size() + put.getValue().size();
        if (chunk.getThenCount() == bounds.maxTxnOperations()
                || chunkBytes + bytes > bounds.maxRequestBytes()
                || keys.contains(put.getKey())) {
            write();
        }
        read++;
        keys.add(put.getKey());
        chunkBytes += bytes;
        chunk.addThen(Operation.newBuilder().setPut(put));
    }

    private void write() {
        int entries = chunk.getThenCount();
        if (entries == 0) {
            return;
        }
        Command command = Command.newBuilder().setTxn(chunk).build();
        chunk = Txn.newBuilder();
        chunkBytes = 0;
        keys.clear();
        chunks++;
        Command keyed = idempotencyKey
                .map(key -> IdempotencyKeys.under(IdempotencyKeys.ofPart(key, chunks), command))
                .orElse(command);
        Result result = cluster.await(cluster.begin(keyed), Problem.Repeat.SAFE);
        switch (result.getOutcomeCase()) {
            case TXN -> {
                imported += entries;
                revision = result.getRevision();
            }
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            default -> throw new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
        }
    }
}
