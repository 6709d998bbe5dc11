package io.canvass.kv.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Revisions;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.simulation.Machine;

/** The store as the simulator sees it: the real commands, on a database of its own for each life of a replica. */
final class StoreMachine implements Machine {
    private final KvStore store;

    private StoreMachine(KvStore store) {
        this.store = store;
    }

    /** @param parent where the databases are made */
    static Kind in(Path parent) {
        return new Kind() {
            @Override
            public Machine make() {
                try {
                    return new StoreMachine(KvStore.open(Files.createTempDirectory(parent, "life"), TestLog.SMALL));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public Bytes write(String key, String value) {
                return Bytes.wrap(TestLog.put(key, value).toByteArray());
            }

            @Override
            public Bytes compareAndSet(String key, Seen expected, String value) {
                Precondition unchanged = Precondition.newBuilder()
                        .setAnyOf(Revisions.newBuilder().addModRevision(expected.version()))
                        .build();
                Command put = TestLog.put(key, value);
                return Bytes.wrap(put.toBuilder()
                        .setPut(put.getPut().toBuilder().setPrecondition(unchanged).setReturnPrevious(true))
                        .build()
                        .toByteArray());
            }
        };
    }

    @Override
    public long applied() {
        return store.state().appliedIndex();
    }

    @Override
    public List<Answer> apply(List<Entry> entries) {
        List<Answer> answers = new ArrayList<>();
        for (Result result : store.apply(entries)) {
            answers.add(result.hasPreconditionFailed() ? refused(result) : Answer.DONE);
        }
        return answers;
    }

    private static Answer refused(Result result) {
        boolean exists = result.getPreconditionFailed().hasCurrent();
        ByteString current = result.getPreconditionFailed().getCurrent().getValue();
        return new Answer(true, exists ? Optional.of(current.toStringUtf8()) : Optional.empty());
    }

    @Override
    public long hash() {
        return store.stateHash();
    }

    @Override
    public Optional<Seen> get(String key) {
        return store.get(Bytes.ofUtf8(key))
                .value()
                .map(found -> new Seen(found.value().toUtf8(), found.modRevision()));
    }

    @Override
    public void close() {
        store.close();
    }
}
