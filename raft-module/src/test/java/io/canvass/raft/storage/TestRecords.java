package io.canvass.raft.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Makes records that this version does not write, and that are whole. */
final class TestRecords {
    private TestRecords() {}

    /** Gives an encoded entry the checksum of what it now is. */
    static void reseal(long index, byte[] value) {
        int crcAt = value.length - Integer.BYTES;
        CRC32C crc = new CRC32C();
        crc.update(EntryCodec.key(index));
        crc.update(value, 0, crcAt);
        ByteBuffer.wrap(value).putInt(crcAt, (int) crc.getValue());
    }
}
