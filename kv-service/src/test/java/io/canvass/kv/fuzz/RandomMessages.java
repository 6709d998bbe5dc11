package io.canvass.kv.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;

/** Messages of protobuf whose fields are all drawn at random; none names a cluster that there is. */
final class RandomMessages {
    private static final List<String> TEXTS = List.of(
            "", "kv-1", "kv-2", "kv-3", "kv-97", "127.0.0.1:9", "http://127.0.0.1:9", "app/color", "a", "\ud83d\udddd", "\u0000",
            "..", "a b", "-", "x".repeat(64), "x".repeat(5000));
    private static final List<Long> NUMBERS = List.of(
            0L, 1L, 2L, 3L, 7L, 100L, 65_535L, Integer.MAX_VALUE + 0L, Integer.MIN_VALUE + 0L, 1L << 32, 1L << 53,
            Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, -1L);
    private static final int DEEPEST = 5;
    private static final int CLUSTER_ID_BYTES = 16;

    private final Random random;

    RandomMessages(Random random) {
        this.random = random;
    }

    DynamicMessage of(Descriptor type) {
        return of(type, 0);
    }

    private DynamicMessage of(Descriptor type, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if ((isMessage && depth >= DEEPEST) || random.nextInt(4) == 0) {
                continue;
            }
            if (field.isRepeated()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    message.addRepeatedField(field, value(field, depth));
                }
            } else {
                // Of a oneof the last one drawn stays, so each has its turn.
                if (field.getRealContainingOneof() == null
                        || random.nextInt(field.getRealContainingOneof().getFieldCount()) == 0) {
                    message.setField(field, value(field, depth));
                }
            }
        }
        return message.build();
    }

    private Object value(FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> (int) number();
            case LONG -> number();
            case FLOAT -> (float) number();
            case DOUBLE -> (double) number();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
            case BYTE_STRING -> bytes(field.getName());
            case ENUM -> field.getEnumType().getValues().get(random.nextInt(field.getEnumType().getValues().size()));
            case MESSAGE -> of(field.getMessageType(), depth + 1);
        };
    }

    private long number() {
        return random.nextInt(3) == 0 ? random.nextLong() : NUMBERS.get(random.nextInt(NUMBERS.size()));
    }

    private ByteString bytes(String name) {
        int length = random.nextInt(3) > 0 || (name.equals("cluster_id") && random.nextInt(8) > 0)
                ? CLUSTER_ID_BYTES
                : random.nextInt(3000);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** What is almost the message, or not at all. */
    byte[] spoil(byte[] message) {
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(message, random.nextInt(message.length + 1));
            case 1 -> Arrays.copyOf(message, message.length + 1 + random.nextInt(20));
            case 2 -> noise(random.nextInt(2000));
            // A field with a length of 2 GB, and a group that opens for ever.
            case 3 -> new byte[] {0x12, -1, -1, -1, -1, 7};
            case 4 -> {
                byte[] groups = new byte[10_000];
                Arrays.fill(groups, (byte) 0x0b);
                yield groups;
            }
            default -> {
                byte[] flipped = message.clone();
                for (int i = random.nextInt(5); i >= 0 && flipped.length > 0; i--) {
                    flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
                }
                yield flipped;
            }
        };
    }

    byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
