package io.canvass.raft.storage;

import java.nio.ByteBuffer;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EntryCodecTest {
    @Property(tries = 300)
    void anEntryIsReadAsItWasWritten(
            @ForAll @LongRange(min = 1) long index,
            @ForAll @LongRange(min = 0) long epoch,
            @ForAll EntryKind kind,
            @ForAll long timestampMillis,
            @ForAll @Size(max = 200) byte[] data) throws UnreadableException {
        Entry entry = new Entry(index, epoch, kind, timestampMillis, Bytes.wrap(data));
        byte[] value = EntryCodec.value(entry);

        assertThat(value).hasSize(EntryCodec.valueSize(entry));
        assertThat(EntryCodec.decode(index, value, value.length)).isEqualTo(entry);
        assertThat(EntryCodec.index(EntryCodec.key(index))).isEqualTo(index);
    }

    @Property(tries = 500)
    void anySingleFlippedBitIsNoticed(@ForAll @Size(max = 40) byte[] data, @ForAll @IntRange(max = 1 << 20) int bit) {
        byte[] value = EntryCodec.value(new Entry(5, 3, EntryKind.COMMAND, 9, Bytes.wrap(data)));
        int at = bit % (value.length * 8);
        value[at / 8] ^= (byte) (1 << at % 8);

        assertThatThrownBy(() -> EntryCodec.decode(5, value, value.length))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining("log entry 5 does not match its checksum");
    }

    @Test
    void anEntryInAnothersPlaceIsNoticed() {
        byte[] value = EntryCodec.value(Stores.command(5, 3, "x"));

        assertThatThrownBy(() -> EntryCodec.decode(6, value, value.length)).hasMessageContaining("checksum");
    }

    @Test
    void anEntryThatIsCutShortIsNoticed() {
        byte[] value = EntryCodec.value(Stores.command(5, 3, "x"));

        for (int length = 0; length < value.length; length++) {
            int cut = length;
            assertThatThrownBy(() -> EntryCodec.decode(5, value, cut)).isInstanceOf(UnreadableException.class);
        }
    }

    @Test
    void theLayoutIsTheOneThatIsStoredForEver() {
        byte[] value = EntryCodec.value(new Entry(5, 3, EntryKind.COMMAND, 9, Bytes.ofUtf8("x")));

        assertThat(ByteBuffer.wrap(value).slice(0, 19)).isEqualTo(
                ByteBuffer.allocate(19).put((byte) 1).putLong(3).put((byte) 3).putLong(9).put((byte) 'x').flip());
        assertThat(value).hasSize(19 + 4);
        // Computed bit by bit, with the polynomial 0x82F63B78, by another program.
        assertThat(ByteBuffer.wrap(value).getInt(19)).isEqualTo(0x244C7878);
    }
}
