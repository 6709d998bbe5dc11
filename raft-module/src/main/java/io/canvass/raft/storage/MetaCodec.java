package io.canvass.raft.storage;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * The records of the column family {@code meta} as bytes: each a payload, then a CRC32C over key and payload. Texts
 * are a 2-byte length and UTF-8; numbers are big-endian.
 */
final class MetaCodec {
    private static final int CRC_BYTES = Integer.BYTES;
    private static final int UUID_BYTES = 2 * Long.BYTES;

    /** What decodes a payload; it may take too much or refuse a value. */
    private interface Decoder<T extends @Nullable Object> {
        T decode(ByteBuffer in);
    }

    private MetaCodec() {}

    /** This record keeps its layout in all formats, so that any version can say who wrote what it cannot read. */
    static byte[] format(StoreFormat format) {
        byte[] writtenBy = utf8(format.writtenBy());
        return seal(MetaKey.FORMAT, Integer.BYTES + textSize(writtenBy), out -> {
            out.putInt(format.number());
            putText(out, writtenBy);
        });
    }

    static StoreFormat format(byte[] stored) throws UnreadableException {
        return unseal(MetaKey.FORMAT, stored, in -> new StoreFormat(in.getInt(), takeText(in)));
    }

    static byte[] identity(StorageIdentity identity) {
        byte[] nodeId = utf8(identity.nodeId());
        return seal(MetaKey.IDENTITY, 2 * UUID_BYTES + textSize(nodeId), out -> {
            putUuid(out, identity.clusterId());
            putText(out, nodeId);
            putUuid(out, identity.directoryId());
        });
    }

    static StorageIdentity identity(byte[] stored) throws UnreadableException {
        return unseal(MetaKey.IDENTITY, stored, in -> new StorageIdentity(takeUuid(in), takeText(in), takeUuid(in)));
    }

    static byte[] hardState(HardState state) {
        byte[] vote = utf8(state.vote().nodeId());
        byte[] leader = utf8(state.leader().nodeId());
        int size = Long.BYTES + textSize(vote) + textSize(leader) + 2 * UUID_BYTES;
        return seal(MetaKey.HARD_STATE, size, out -> {
            out.putLong(state.epoch());
            putText(out, vote);
            putUuid(out, state.vote().directoryId());
            putText(out, leader);
            putUuid(out, state.leader().directoryId());
        });
    }

    static HardState hardState(byte[] stored) throws UnreadableException {
        return unseal(MetaKey.HARD_STATE, stored, in -> new HardState(in.getLong(), takeReplica(in), takeReplica(in)));
    }

    static byte[] boot(long boot) {
        return seal(MetaKey.BOOT, Long.BYTES, out -> out.putLong(boot));
    }

    static long boot(byte[] stored) throws UnreadableException {
        return unseal(MetaKey.BOOT, stored, ByteBuffer::getLong);
    }

    static byte[] bootstrap(Configuration bootstrap) {
        byte[] encoded = bootstrap.encode().array();
        return seal(MetaKey.BOOTSTRAP, encoded.length, out -> out.put(encoded));
    }

    static Configuration bootstrap(byte[] stored) throws UnreadableException {
        return unseal(MetaKey.BOOTSTRAP, stored, MetaCodec::takeConfiguration);
    }

    static byte[] logEnd(LogPosition end) {
        return seal(MetaKey.LOG_END, 2 * Long.BYTES, out -> out.putLong(end.epoch()).putLong(end.index()));
    }

    static LogPosition logEnd(byte[] stored) throws UnreadableException {
        return unseal(MetaKey.LOG_END, stored, MetaCodec::takePosition);
    }

    /** @param key {@link MetaKey#LOG_BASE} or {@link MetaKey#INSTALLING} */
    static byte[] base(MetaKey key, LogBase base) {
        byte[] configuration = base.configuration().encode().array();
        return seal(key, 2 * Long.BYTES + configuration.length, out -> {
            out.putLong(base.position().epoch()).putLong(base.position().index());
            out.put(configuration);
        });
    }

    /** Says that there is none. */
    static byte[] noBase(MetaKey key) {
        return seal(key, 0, out -> {});
    }

    /** Null for what {@link #noBase} has made. */
    static @Nullable LogBase base(MetaKey key, byte[] stored) throws UnreadableException {
        return unseal(key, stored, in ->
                in.hasRemaining() ? new LogBase(takePosition(in), takeConfiguration(in)) : null);
    }

    private static byte[] seal(MetaKey key, int payloadBytes, Consumer<ByteBuffer> payload) {
        byte[] record = new byte[payloadBytes + CRC_BYTES];
        ByteBuffer out = ByteBuffer.wrap(record);
        payload.accept(out);
        out.putInt(crc(key, record, payloadBytes));
        return record;
    }

    private static <T extends @Nullable Object> T unseal(MetaKey key, byte[] stored, Decoder<T> decoder)
            throws UnreadableException {
        int payloadBytes = stored.length - CRC_BYTES;
        if (payloadBytes < 0 || ByteBuffer.wrap(stored).getInt(payloadBytes) != crc(key, stored, payloadBytes)) {
            throw UnreadableException.damaged("the record \"" + key + "\" does not match its checksum");
        }
        ByteBuffer in = ByteBuffer.wrap(stored, 0, payloadBytes);
        try {
            T value = decoder.decode(in);
            if (!in.hasRemaining()) {
                return value;
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw UnreadableException.damaged("the record \"" + key + "\" has a content that nothing writes ("
                    + e + ")");
        }
        throw UnreadableException.damaged("the record \"" + key + "\" is " + in.remaining() + " bytes too long");
    }

    private static int crc(MetaKey key, byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(key.bytes());
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static byte[] utf8(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > Character.MAX_VALUE) {
            throw new IllegalArgumentException("A name of " + utf8.length + " bytes is too long to be stored");
        }
        return utf8;
    }

    private static int textSize(byte[] utf8) {
        return Short.BYTES + utf8.length;
    }

    private static void putText(ByteBuffer out, byte[] utf8) {
        out.putShort((short) utf8.length).put(utf8);
    }

    private static String takeText(ByteBuffer in) {
        byte[] utf8 = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static void putUuid(ByteBuffer out, UUID id) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID takeUuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static LogPosition takePosition(ByteBuffer in) {
        return new LogPosition(in.getLong(), in.getLong());
    }

    /** All that is left. */
    private static Configuration takeConfiguration(ByteBuffer in) {
        byte[] encoded = new byte[in.remaining()];
        in.get(encoded);
        return Configuration.decode(Bytes.wrap(encoded));
    }

    private static ReplicaKey takeReplica(ByteBuffer in) {
        return new ReplicaKey(takeText(in), takeUuid(in));
    }
}
