package io.canvass.raft.core;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;

/**
 * A configuration as bytes: its format, then the voters, then the observers, each a 2-byte count and the members. Texts are a 2-byte
 * length and UTF-8; numbers are big-endian. The same configuration is always the same bytes.
 */
final class ConfigurationCodec {
    /** Who and where. */
    static final int PLAIN = 1;
    /** After each member its URL, how it is promoted (1 byte), and its lowest and highest protocol version (2 bytes each). */
    static final int FULL = 2;

    private static final int UUID_BYTES = 2 * Long.BYTES;
    private static final int FULL_FIXED_BYTES = Byte.BYTES + 2 * Short.BYTES;

    private ConfigurationCodec() {}

    static int formatOf(Configuration configuration) {
        return configuration.members().stream().allMatch(Member::isPlain) ? PLAIN : FULL;
    }

    static Bytes encode(Configuration configuration) {
        int format = formatOf(configuration);
        int size = Byte.BYTES + sizeOf(configuration.voters(), format) + sizeOf(configuration.observers(), format);
        ByteBuffer out = ByteBuffer.allocate(size).put((byte) format);
        put(out, configuration.voters(), format);
        put(out, configuration.observers(), format);
        return Bytes.wrap(out.array());
    }

    static Configuration decode(Bytes bytes) {
        ByteBuffer in = bytes.asReadOnlyBuffer();
        try {
            byte format = in.get();
            if (format != PLAIN && format != FULL) {
                throw new IllegalArgumentException("Unknown format of a configuration entry: " + format);
            }
            Configuration configuration = new Configuration(take(in, format), take(in, format));
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes too many in a configuration entry");
            }
            return configuration;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("A configuration entry is cut short", e);
        }
    }

    private static int sizeOf(List<Member> members, int format) {
        int size = Short.BYTES;
        for (Member member : members) {
            size += sizeOf(member.key().nodeId()) + UUID_BYTES + sizeOf(member.address());
            size += format == FULL ? sizeOf(member.url()) + FULL_FIXED_BYTES : 0;
        }
        return size;
    }

    private static int sizeOf(String text) {
        return Short.BYTES + text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void put(ByteBuffer out, List<Member> members, int format) {
        out.putShort((short) members.size());
        for (Member member : members) {
            put(out, member.key().nodeId());
            out.putLong(member.key().directoryId().getMostSignificantBits());
            out.putLong(member.key().directoryId().getLeastSignificantBits());
            put(out, member.address());
            if (format == FULL) {
                put(out, member.url());
                out.put(numberOf(member.promotion()));
                out.putShort(member.minVersion()).putShort(member.maxVersion());
            }
        }
    }

    private static void put(ByteBuffer out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) utf8.length).put(utf8);
    }

    private static List<Member> take(ByteBuffer in, int format) {
        int count = Short.toUnsignedInt(in.getShort());
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String nodeId = takeText(in);
            ReplicaKey key = new ReplicaKey(nodeId, new UUID(in.getLong(), in.getLong()));
            String address = takeText(in);
            members.add(
                    format == FULL
                            ? new Member(key, address, takeText(in), promotion(in.get()), in.getShort(), in.getShort())
                            : new Member(key, address));
        }
        return members;
    }

    private static String takeText(ByteBuffer in) {
        byte[] utf8 = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static byte numberOf(Promotion promotion) {
        return switch (promotion) {
            case AUTO -> 0;
            case MANUAL -> 1;
        };
    }

    private static Promotion promotion(byte number) {
        return switch (number) {
            case 0 -> Promotion.AUTO;
            case 1 -> Promotion.MANUAL;
            default -> throw new IllegalArgumentException("Unknown way of promotion of a member: " + number);
        };
    }
}
