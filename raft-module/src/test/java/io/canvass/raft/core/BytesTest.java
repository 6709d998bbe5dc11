package io.canvass.raft.core;

import java.nio.ReadOnlyBufferException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Bytes that compare by content: all that compares entries, messages and writes rests on it. */
class BytesTest {
    @Test
    void bytesAreEqualIfTheirContentIs() {
        Bytes bytes = Bytes.ofUtf8("größer");
        assertThat(bytes).isEqualTo(Bytes.ofUtf8("größer")).hasSameHashCodeAs(Bytes.ofUtf8("größer"));
        assertThat(bytes).isNotEqualTo(Bytes.ofUtf8("größen")).doesNotHaveSameHashCodeAs(Bytes.ofUtf8("größen"));
        assertThat(bytes).isNotEqualTo(Bytes.ofUtf8("größ")).isNotEqualTo(Bytes.EMPTY);
        assertThat(bytes.equals((Object) "größer")).isFalse();
        assertThat(Bytes.ofUtf8("")).isSameAs(Bytes.EMPTY);
    }

    @Test
    void entriesDifferIfOnlyTheirDataDoes() {
        Entry entry = new Entry(4, 5, EntryKind.COMMAND, 0, Bytes.ofUtf8("x"));
        assertThat(entry).isNotEqualTo(new Entry(4, 5, EntryKind.COMMAND, 0, Bytes.ofUtf8("y")));
    }

    @Test
    void textComesBackAsItWasAndIsShownByItsSizeAlone() {
        assertThat(Bytes.ofUtf8("größer").toUtf8()).isEqualTo("größer");
        assertThat(Bytes.ofUtf8("größer").size()).isEqualTo(8);
        assertThat(Bytes.ofUtf8("größer")).hasToString("8 bytes");
    }

    @Test
    void theBufferOfBytesCannotBeWrittenTo() {
        assertThatExceptionOfType(ReadOnlyBufferException.class)
                .isThrownBy(() -> Bytes.ofUtf8("x").asReadOnlyBuffer().put((byte) 0));
    }
}
