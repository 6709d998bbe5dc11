package io.canvass.kv.admin;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

import com.google.protobuf.ByteString;

/** UUIDs as messages carry them: 16 bytes, the most significant first. */
public final class Uuids {
    private Uuids() {}

    public static ByteString bytes(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array());
    }

    /** Empty if there are other than 16 bytes. */
    public static Optional<UUID> of(ByteString bytes) {
        if (bytes.size() != 2 * Long.BYTES) {
            return Optional.empty();
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return Optional.of(new UUID(buffer.getLong(), buffer.getLong()));
    }
}
