package io.canvass.kv.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Put;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Damage of the state is found and told once; from then on nothing is served, not after a restart either. */
class KvStoreDamageTest {
    private static final long UNBOUNDED = 1L << 40;
    private static final long IN_THE_FIRST_BLOCK = 50;

    @TempDir
    private Path folder;

    @Test
    void aSoundStateIsVerifiedAndStaysInService() throws InterruptedException {
        filled();
        try (KvStore store = KvStore.open(folder)) {
            assertThat(store.scrub(UNBOUNDED, () -> false)).isPositive();
            assertThat(store.damage()).isEmpty();
        }
    }

    @Test
    void aPassOverAllFilesFindsAFlippedBitThatNobodyReads() {
        filled();
        flipBit(largestTable(folder));
        List<String> told = new ArrayList<>();
        try (KvStore store = KvStore.open(folder)) {
            store.onDamage(told::add);
            assertThatThrownBy(() -> store.scrub(UNBOUNDED, () -> false)).isInstanceOf(DamagedStateException.class);
            assertThatThrownBy(() -> store.scrub(UNBOUNDED, () -> false)).isInstanceOf(DamagedStateException.class);
            assertThat(told).singleElement().asString().contains(".sst");
            assertNothingIsServed(store);
        }
        assertThatThrownBy(() -> KvStore.open(folder))
                .isInstanceOf(DamagedStateException.class)
                .hasMessageContainingAll("was taken out of service", ".sst", "kvctl heal");
    }

    @Test
    void aReadThatMeetsDamageTakesTheStateOutOfService() {
        filled();
        flipBit(largestTable(folder));
        try (KvStore store = KvStore.open(folder)) {
            assertThatThrownBy(() -> store.range(Bytes.EMPTY, 1000, Long.MAX_VALUE)).isInstanceOf(DamagedStateException.class);
            assertThat(store.damage()).isPresent();
            assertNothingIsServed(store);
        }
    }

    @Test
    void aCopyIsVerifiedBeforeAnybodyGetsIt() throws IOException {
        filled();
        flipBit(largestTable(folder));
        Path copy = Files.createDirectory(folder.resolve("copy"));
        try (KvStore store = KvStore.open(folder)) {
            store.checkpoint(copy);
            assertThatThrownBy(() -> store.verify(copy)).isInstanceOf(DamagedStateException.class);
            assertNothingIsServed(store);
        }
    }

    @Test
    void whoeverKnowsBetterCanTakeAStateOutOfService() {
        filled();
        List<String> told = new ArrayList<>();
        try (KvStore store = KvStore.open(folder)) {
            store.condemn("It differs.");
            store.condemn("It differs again.");
            store.onDamage(told::add);
            assertThat(told).containsExactly("It differs.");
            assertNothingIsServed(store);
        }
        assertThatThrownBy(() -> KvStore.open(folder)).hasMessageContaining("It differs.");
    }

    @Test
    void hashesAreRememberedLatelyForEachEntryAndEarlierForSome() {
        try (KvStore store = KvStore.open(folder)) {
            long last = 3L * StateSamples.STRIDE + 10;
            List<Long> hashes = new ArrayList<>();
            for (long index = 1; index <= last; index++) {
                store.apply(List.of(put(index)));
                hashes.add(store.stateHash());
            }
            assertThat(store.hashAt(last)).contains(hashes.get((int) last - 1));
            assertThat(store.hashAt(last - StateSamples.RECENT + 1)).contains(hashes.get((int) last - StateSamples.RECENT));
            assertThat(store.hashAt(last - StateSamples.RECENT)).isEmpty();
            assertThat(store.hashAt(StateSamples.STRIDE)).contains(hashes.get(StateSamples.STRIDE - 1));
            assertThat(store.hashAt(last + 1)).isEmpty();
            assertThat(store.samples()).contains(
                    new StateSample(StateSamples.STRIDE, hashes.get(StateSamples.STRIDE - 1)),
                    new StateSample(last, hashes.get((int) last - 1)));
        }
    }

    private void filled() {
        try (KvStore store = KvStore.open(folder)) {
            store.apply(LongStream.rangeClosed(1, 500).mapToObj(KvStoreDamageTest::put).toList());
        }
    }

    private static Entry put(long index) {
        Command command = Command.newBuilder()
                .setPut(Put.newBuilder()
                        .setKey(ByteString.copyFromUtf8("key-" + index))
                        .setValue(ByteString.copyFromUtf8("value of some length " + index)))
                .build();
        return new Entry(index, 1, EntryKind.COMMAND, 0, Bytes.wrap(command.toByteArray()));
    }

    private static void assertNothingIsServed(KvStore store) {
        assertThatThrownBy(() -> store.get(Bytes.ofUtf8("key-1"))).isInstanceOf(DamagedStateException.class);
        assertThatThrownBy(() -> store.range(Bytes.EMPTY, 1, 1)).isInstanceOf(DamagedStateException.class);
        assertThatThrownBy(() -> store.apply(List.of(put(501)))).isInstanceOf(DamagedStateException.class);
        assertThatThrownBy(store::flush).isInstanceOf(DamagedStateException.class);
    }

    private static Path largestTable(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flipBit(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, IN_THE_FIRST_BLOCK);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            channel.write(one, IN_THE_FIRST_BLOCK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
