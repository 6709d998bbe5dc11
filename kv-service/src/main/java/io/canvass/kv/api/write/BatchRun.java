package io.canvass.kv.api.write;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Conflicts;
import io.canvass.kv.api.calls.IdempotencyKeys;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.json.NdjsonLines;
import io.canvass.kv.api.problem.Denials;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.security.DeniedException;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvReader;
import io.canvass.kv.store.StoredValue;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;
import tools.jackson.core.JsonGenerator;

/**
 * One batch: lines are begun while those before them are under way, and answered in their order. A line waits for those before
 * it that name the same key, and one of a range for all; so what a client sees is as if each had waited for the one before. For
 * one thread.
 */
final class BatchRun {
    /** Lines under way; beside that, so many bytes as one transaction may have. */
    static final int MAX_IN_FLIGHT = 64;

    private final ClusterCalls cluster;
    private final KvQueries queries;
    private final BatchOperations operations;
    private final long maxBytes;
    private final Optional<ByteString> idempotencyKey;
    private final NdjsonLines lines;
    private final Consumer<Problem> refusals;
    private final OutputStream out;
    private final Deque<Begun> begun = new ArrayDeque<>();
    private long begunBytes;

    /** @param key empty for a line that names none */
    private record Begun(long line, ByteString key, int bytes, Answer answer) {}

    /** Waits for what became of a line, and writes the members that say it. */
    private interface Answer {
        Consumer<JsonGenerator> await();
    }

    BatchRun(
            ClusterCalls cluster,
            KvQueries queries,
            BatchOperations operations,
            long maxBytes,
            Optional<ByteString> idempotencyKey,
            NdjsonLines lines,
            Consumer<Problem> refusals,
            OutputStream out) {
        this.cluster = cluster;
        this.queries = queries;
        this.operations = operations;
        this.maxBytes = maxBytes;
        this.idempotencyKey = idempotencyKey;
        this.lines = lines;
        this.refusals = refusals;
        this.out = out;
    }

    void run() throws IOException {
        lines.beforeReading(this::answerBeforeReading);
        boolean more = true;
        while (more) {
            more = step();
        }
        answerAll();
    }

    /**
     * Who waits for answers gets them. And where the rest of the body is broken, Tomcat lets nothing more be written, or answers
     * that nothing was done, unless an answer has begun.
     */
    private void answerBeforeReading() throws IOException {
        if (lines.number() > 1) {
            if (lines.waits()) {
                answerAll();
            }
            out.flush();
        }
    }

    private boolean step() throws IOException {
        Optional<byte[]> line;
        try {
            line = lines.next();
        } catch (ProblemException e) {
            // No further line can be told from this one.
            begin(ByteString.EMPTY, 0, failed(e.problem(), true));
            return false;
        }
        if (line.isPresent()) {
            try {
                begin(operations.read(line.get()));
            } catch (ProblemException e) {
                begin(ByteString.EMPTY, 0, failed(e.problem(), true));
            }
        }
        return line.isPresent();
    }

    private void begin(Operation operation) throws IOException {
        ByteString key = BatchOperations.key(operation);
        if (operation.hasDeleteRange()) {
            answerAll();
        }
        int bytes = operation.getSerializedSize();
        while (!begun.isEmpty() && (begun.size() >= MAX_IN_FLIGHT || begunBytes + bytes > maxBytes || isBusy(key))) {
            answerFirst();
        }
        begin(key, bytes, operation.hasGet() ? read(key) : write(operation));
        if (operation.hasDeleteRange() || returnsPrevious(operation)) {
            answerAll();
        }
    }

    private void begin(ByteString key, int bytes, Answer answer) {
        begun.add(new Begun(lines.number(), key, bytes, answer));
        begunBytes += bytes;
    }

    /** What comes back is not counted when it is asked for: one at a time is. */
    private static boolean returnsPrevious(Operation operation) {
        return operation.getPut().getReturnPrevious() || operation.getDelete().getReturnPrevious();
    }

    private boolean isBusy(ByteString key) {
        return !key.isEmpty() && begun.stream().anyMatch(before -> before.key().equals(key));
    }

    private void answerAll() throws IOException {
        while (!begun.isEmpty()) {
            answerFirst();
        }
    }

    private void answerFirst() throws IOException {
        Begun first = begun.removeFirst();
        begunBytes -= first.bytes();
        Consumer<JsonGenerator> members = first.answer().await();
        out.write(KvJson.object(json -> {
            json.writeNumberProperty("line", first.line());
            members.accept(json);
        }));
    }

    private Answer write(Operation operation) {
        Command command = BatchOperations.command(operation);
        long line = lines.number();
        Command keyed = idempotencyKey
                .map(key -> IdempotencyKeys.under(IdempotencyKeys.ofPart(key, line), command))
                .orElse(command);
        Problem.Repeat repeat = idempotencyKey.isPresent() ? Problem.Repeat.SAFE : BatchOperations.repeat(operation);
        CompletableFuture<Result> result = cluster.begin(keyed);
        return () -> {
            try {
                return written(operation, cluster.await(result, repeat));
            } catch (ProblemException e) {
                return failed(e.problem(), true).await();
            }
        };
    }

    /** Read when it is answered: until then, no later line of this key has begun. */
    private Answer read(ByteString key) {
        CompletableFuture<Void> fresh = cluster.beginRead();
        return () -> {
            try {
                cluster.awaitRead(fresh);
                KvReader.Lookup lookup = queries.get(Bytes.wrap(key.toByteArray()));
                return lookup.value()
                        .<Consumer<JsonGenerator>>map(entry -> json -> {
                            json.writeNumberProperty("status", 200);
                            KvJson.entry(json, entry);
                        })
                        .orElseThrow(() -> Problem.of(ProblemType.KEY_NOT_FOUND, "There is no such key at revision "
                                        + lookup.revision() + " of the store.")
                                .asException());
            } catch (ProblemException e) {
                return failed(e.problem(), false).await();
            } catch (DeniedException e) {
                return failed(Denials.of(e), false).await();
            }
        };
    }

    private Consumer<JsonGenerator> written(Operation operation, Result result) {
        return switch (result.getOutcomeCase()) {
            case WRITTEN -> json -> {
                Written written = result.getWritten();
                json.writeNumberProperty("status", written.getEntry().getVersion() == 1 ? 201 : 200);
                replayed(json, result);
                KvJson.receipt(json, WriteRefusals.stored(written.getEntry()));
                if (operation.getPut().getReturnPrevious()) {
                    KvJson.previous(json, stored(written.hasPrevious(), written.getPrevious()));
                }
            };
            case DELETED -> json -> {
                Deleted deleted = result.getDeleted();
                json.writeNumberProperty("status", 200);
                replayed(json, result);
                json.writeNumberProperty("deleted", deleted.getDeleted());
                json.writeNumberProperty("revision", result.getRevision());
                if (operation.getDelete().getReturnPrevious()) {
                    KvJson.previous(json, stored(deleted.hasPrevious(), deleted.getPrevious()));
                }
            };
            case PRECONDITION_FAILED -> {
                KeyValue current = result.getPreconditionFailed().getCurrent();
                Problem unmet = Conflicts.unmet(
                        stored(result.getPreconditionFailed().hasCurrent(), current), Conflicts.Show.REVISION);
                yield failed(unmet, true).await();
            }
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            default -> throw new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
        };
    }

    private static void replayed(JsonGenerator json, Result result) {
        if (result.getReplayed()) {
            json.writeBooleanProperty("replayed", true);
        }
    }

    private Answer failed(Problem problem, boolean mayWrite) {
        refusals.accept(problem);
        return () -> json -> {
            json.writeNumberProperty("status", problem.status());
            json.writeStringProperty("type", problem.reference());
            json.writeStringProperty("title", problem.title());
            json.writeStringProperty("detail", problem.detail());
            if (mayWrite && problem.outcome() != ProblemType.Outcome.NONE) {
                json.writeStringProperty("outcome", problem.outcome().word());
            }
            json.writeBooleanProperty("retryable", problem.retryable());
            problem.members().write(json);
        };
    }

    private static Optional<StoredValue> stored(boolean present, KeyValue entry) {
        return present ? Optional.of(WriteRefusals.stored(entry)) : Optional.empty();
    }
}
