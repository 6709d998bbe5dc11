package io.canvass.kv.store;

import java.nio.file.Path;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A store for one test, and short words for what tests do with it. */
abstract class StoreTest {
    @TempDir
    Path directory;

    KvStore store;

    @BeforeEach
    void open() {
        store = KvStore.open(directory.resolve("store"), TestLog.SMALL);
    }

    @AfterEach
    void close() {
        store.close();
    }

    Result apply(Command command) {
        return TestLog.apply(store, command);
    }

    /** What a process leaves that is killed right after everything was flushed. */
    void crashAndRestart() {
        store.flush();
        store.closeWithoutFlush();
        open();
    }

    /** Replaces the state by a copy of itself, as a follower does that was far behind. */
    void installItsOwnCopy() {
        Path copy = directory.resolve("copy-" + store.state().appliedIndex());
        store.checkpoint(copy);
        store.install(copy);
    }

    Refused refusal(Command command) {
        StoreState before = store.state();
        Result result = apply(command);
        assertThat(result.hasRefused()).as("%s", result).isTrue();
        assertThat(result.getRefused().getDetail()).isNotBlank();
        assertThat(store.state())
                .as("a refused command changes nothing but how far the store is")
                .isEqualTo(new StoreState(
                        before.appliedIndex() + 1, before.appliedEpoch() == 0 ? TestLog.EPOCH : before.appliedEpoch(),
                        before.revision(), before.compactRevision(), before.keyCount(), before.stateHash()));
        return result.getRefused();
    }

    Refused.Reason whyRefused(Command command) {
        return refusal(command).getReason();
    }

    /** The value of a key, or what says that there is none. */
    String value(String key) {
        return store.get(Bytes.ofUtf8(key)).value().map(found -> found.value().toUtf8()).orElse("(none)");
    }

    long leaseOf(String key) {
        return store.get(Bytes.ofUtf8(key)).value().orElseThrow().lease();
    }

    static ByteString string(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
