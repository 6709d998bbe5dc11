package io.canvass.raft.storage;

import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MetaCodecTest {
    private static final HardState STATE =
            new HardState(7, new ReplicaKey("knoten-ä", new UUID(1, 2)), ReplicaKey.ofNode("b"));

    @Test
    void eachRecordIsReadAsItWasWritten() throws UnreadableException {
        StorageIdentity identity = new StorageIdentity(Stores.CLUSTER, "a", new UUID(3, 4));
        StoreFormat format = new StoreFormat(9, "Canvass 9.1");

        assertThat(MetaCodec.hardState(MetaCodec.hardState(STATE))).isEqualTo(STATE);
        assertThat(MetaCodec.hardState(MetaCodec.hardState(HardState.INITIAL))).isEqualTo(HardState.INITIAL);
        assertThat(MetaCodec.identity(MetaCodec.identity(identity))).isEqualTo(identity);
        assertThat(MetaCodec.format(MetaCodec.format(format))).isEqualTo(format);
        assertThat(MetaCodec.boot(MetaCodec.boot(12))).isEqualTo(12);
        assertThat(MetaCodec.logEnd(MetaCodec.logEnd(new LogPosition(3, 8)))).isEqualTo(new LogPosition(3, 8));
        assertThat(MetaCodec.bootstrap(MetaCodec.bootstrap(Stores.voters("a", "b"))))
                .isEqualTo(Stores.voters("a", "b"));
    }

    @Test
    void aBaseOrThatThereIsNoneIsReadAsItWasWritten() throws UnreadableException {
        for (MetaKey key : List.of(MetaKey.LOG_BASE, MetaKey.INSTALLING)) {
            assertThat(MetaCodec.base(key, MetaCodec.base(key, Stores.base(8, 3)))).isEqualTo(Stores.base(8, 3));
            assertThat(MetaCodec.base(key, MetaCodec.noBase(key))).isNull();
        }
    }

    @Test
    void anySingleFlippedBitOfABaseIsNoticed() {
        byte[] stored = MetaCodec.base(MetaKey.LOG_BASE, Stores.base(8, 3));
        for (int bit = 0; bit < stored.length * 8; bit++) {
            byte[] flipped = stored.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> MetaCodec.base(MetaKey.LOG_BASE, flipped))
                    .isInstanceOf(UnreadableException.class)
                    .hasMessageContaining("\"log-base\"");
        }
    }

    @Test
    void anySingleFlippedBitOfTheVoteIsNoticed() {
        byte[] stored = MetaCodec.hardState(STATE);
        for (int bit = 0; bit < stored.length * 8; bit++) {
            byte[] flipped = stored.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> MetaCodec.hardState(flipped))
                    .isInstanceOf(UnreadableException.class)
                    .hasMessageContaining("\"hard-state\"");
        }
    }

    @Test
    void aRecordUnderAnothersKeyIsNoticed() {
        assertThatThrownBy(() -> MetaCodec.logEnd(MetaCodec.boot(1))).hasMessageContaining("checksum");
    }
}
