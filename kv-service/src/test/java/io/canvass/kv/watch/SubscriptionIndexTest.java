package io.canvass.kv.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SubscriptionIndexTest {
    private static final WatchLimits LIMITS = new WatchLimits(10, 10, 10, 10);

    private final SubscriptionIndex index = new SubscriptionIndex();

    private static Buffer buffer(Interest interest) {
        return new Buffer(interest, Watch.Kind.OF_KEYS, Previous.WITHOUT, LIMITS);
    }

    private static Change deletionOf(Bytes key) {
        return new Change.Delete(key, Optional.empty());
    }

    private List<Subscription> found(Change change) {
        List<Subscription> found = new ArrayList<>();
        index.find(change, found::add);
        return found;
    }

    /** Of few letters, so that many share prefixes and ends. */
    private static Bytes randomKey(Random random, int least) {
        byte[] key = new byte[least + random.nextInt(4)];
        byte[] letters = {0, 1, 'a', (byte) 0xff};
        for (int i = 0; i < key.length; i++) {
            key[i] = letters[random.nextInt(letters.length)];
        }
        return Bytes.wrap(key);
    }

    private static Interest randomInterest(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> new Interest.Key(randomKey(random, 1));
            case 1 -> new Interest.Prefix(randomKey(random, 0));
            case 2 -> new Interest.Span(KeySpan.between(randomKey(random, 0), randomKey(random, 0)));
            case 3 -> new Interest.Span(KeySpan.from(randomKey(random, 0)));
            default -> new Interest.Queue(LockSpace.LOCK, randomKey(random, 1));
        };
    }

    @Test
    void findsExactlyThoseWhoseInterestIncludesTheChange() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            SubscriptionIndex mixed = new SubscriptionIndex();
            List<Buffer> there = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                if (random.nextInt(3) == 0 && !there.isEmpty()) {
                    assertThat(mixed.remove(there.remove(random.nextInt(there.size())))).isTrue();
                } else {
                    Buffer added = buffer(randomInterest(random));
                    there.add(added);
                    mixed.add(added);
                }
                Change change = random.nextInt(4) == 0
                        ? new Change.Lock(LockSpace.LOCK, randomKey(random, 1))
                        : deletionOf(randomKey(random, 1));
                List<Subscription> found = new ArrayList<>();
                mixed.find(change, found::add);
                Set<Buffer> expected = there.stream()
                        .filter(buffer -> buffer.interest().includes(change))
                        .collect(Collectors.toSet());
                assertThat(found).as("seed %s, step %s", seed, step).doesNotHaveDuplicates();
                assertThat(Set.copyOf(found)).as("seed %s, step %s", seed, step).isEqualTo(expected);
            }
            assertThat(mixed.isEmpty()).isEqualTo(there.isEmpty());
        }
    }

    @Test
    void whatSomebodyIsRemovedFromIsNotFoundAgainAndTwiceIsTold() {
        Buffer one = buffer(new Interest.Prefix(Bytes.ofUtf8("a")));
        index.add(one);
        assertThat(index.remove(one)).isTrue();
        assertThat(index.remove(one)).isFalse();
        assertThat(found(deletionOf(Bytes.ofUtf8("ab")))).isEmpty();
    }

    @Test
    void theCostOfAChangeDoesNotGrowWithThoseWhomItDoesNotConcern() {
        IntStream.range(0, 10_000).forEach(n -> {
            String tenant = String.format("tenant-%05d", n);
            index.add(buffer(new Interest.Key(Bytes.ofUtf8(tenant + "/one"))));
            index.add(buffer(new Interest.Prefix(Bytes.ofUtf8(tenant + "/"))));
            index.add(buffer(new Interest.Span(
                    KeySpan.between(Bytes.ofUtf8(tenant + "/a"), Bytes.ofUtf8(tenant + "/m")))));
        });
        found(deletionOf(Bytes.ofUtf8("the tree is built by the first search")));

        long before = index.visited();
        assertThat(found(deletionOf(Bytes.ofUtf8("tenant-00500/b")))).hasSize(2);
        // The key's row and that of one length of prefixes, two subscriptions, and a way down a tree of 10,000.
        assertThat(index.visited() - before).isLessThan(60);

        before = index.visited();
        assertThat(found(deletionOf(Bytes.ofUtf8("nobody's")))).isEmpty();
        assertThat(index.visited() - before).isLessThan(60);
    }
}
