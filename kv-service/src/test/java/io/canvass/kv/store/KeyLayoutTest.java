package io.canvass.kv.store;

import java.util.Arrays;
import java.util.Optional;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;

class KeyLayoutTest {
    /** Short keys of the bytes that escaping could confuse. */
    @Provide
    Arbitrary<byte[]> keys() {
        return Arbitraries.of(0x00, 0x01, 0x02, 0x61, 0xfe, 0xff)
                .map(Integer::byteValue)
                .array(Byte[].class)
                .ofMaxSize(5)
                .map(KeyLayoutTest::unboxed);
    }

    private static byte[] unboxed(Byte[] boxed) {
        byte[] bytes = new byte[boxed.length];
        for (int i = 0; i < boxed.length; i++) {
            bytes[i] = boxed[i];
        }
        return bytes;
    }

    @Property
    void versionsSortByKeyThenNewestFirst(
            @ForAll("keys") byte[] one,
            @ForAll("keys") byte[] other,
            @ForAll @LongRange(min = 1) long oneRevision,
            @ForAll @LongRange(min = 1) long otherRevision) {
        int byKey = Arrays.compareUnsigned(one, other);
        int expected = byKey != 0 ? byKey : Long.compare(otherRevision, oneRevision);

        byte[] oneRow = KeyLayout.versionKey(one, oneRevision);
        byte[] otherRow = KeyLayout.versionKey(other, otherRevision);

        assertThat(Integer.signum(Arrays.compareUnsigned(oneRow, otherRow))).isEqualTo(Integer.signum(expected));
        assertThat(KeyLayout.sameKey(oneRow, otherRow)).isEqualTo(byKey == 0);
        assertThat(KeyLayout.revisionOf(oneRow)).isEqualTo(oneRevision);
    }

    @Property
    void theEndOfAPrefixIsTheFirstKeyAfterAllThatBeginWithIt(
            @ForAll("keys") byte[] prefix, @ForAll("keys") byte[] key) {
        boolean begins = key.length >= prefix.length
                && Arrays.equals(prefix, 0, prefix.length, key, 0, prefix.length);
        boolean inside = Arrays.compareUnsigned(key, prefix) >= 0
                && KeyLayout.endOf(prefix).map(end -> Arrays.compareUnsigned(key, end) < 0).orElse(true);

        assertThat(inside).isEqualTo(begins);
    }

    /** Stored data is for ever: a change here needs a new format. */
    @Example
    void theLayoutIsPinned() {
        assertThat(KeyLayout.versionKey(new byte[] {0x61, 0x00, 0x62}, 2))
                .containsExactly(0x61, 0x00, 0xff, 0x62, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd);
        assertThat(KeyLayout.change(KeyLayout.DELETE, new byte[] {0x61})).containsExactly(2, 0, 0, 0, 1, 0x61);
        assertThat(KeyLayout.deleteRecord()).containsExactly(2);
        assertThat(KeyLayout.number(258)).containsExactly(0, 0, 0, 0, 0, 0, 1, 2);
        assertThat(KeyLayout.endOf(new byte[] {0x61, (byte) 0xff}).orElseThrow()).containsExactly(0x62);
        assertThat(KeyLayout.endOf(new byte[] {(byte) 0xff})).isEqualTo(Optional.empty());
        assertThat(new StoreState(1, 2, 3, 4, 5, 6).encode())
                .hasSize(48)
                .startsWith(0, 0, 0, 0, 0, 0, 0, 1)
                .endsWith(0, 0, 0, 0, 0, 0, 0, 6);
    }
}
