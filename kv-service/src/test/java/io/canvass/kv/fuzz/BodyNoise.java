package io.canvass.kv.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** JSON and lines of JSON, spoiled. */
final class BodyNoise {
    private static final List<String> VALUES = List.of(
            "null", "true", "{}", "[]", "\"\"", "0", "-0", "-1", "1.5", "1e999999", "1e-999999", "01", "NaN", "Infinity",
            "123456789012345678901234567890", "9223372036854775808", "\"\\ud800\"", "\"\\u0000\"", "\"\\ud83d\\udddd\"", "'x'",
            "\"\\x\"", "\"unterminated", "\"30s\"", "\"-1s\"", "\"AP8=\"", "\"AP8\"", "\"!!!\"", "[[]]", "{\"a\":{\"b\":[1]}}",
            "/* c */1", "#", "\"\u0001\"", "1 2", "1,");
    private static final List<String> MEMBERS = List.of(
            "key", "key64", "value", "value64", "prefix", "start", "end", "if", "then", "else", "put", "get", "delete", "ttl",
            "lease", "owner", "candidate", "add", "min", "max", "revision", "exists", "eq", "gt", "limit", "unknown", "",
            "\\u006bey");
    private static final int DEPTH = 20_000;
    private static final int MAX_BYTES = 8 << 20;

    private final Random random;

    BodyNoise(Random random) {
        this.random = random;
    }

    byte[] noise() {
        return switch (random.nextInt(8)) {
            case 0 -> random(random.nextInt(2000));
            case 1 -> ascii("[".repeat(1 + random.nextInt(DEPTH)));
            case 2 -> ascii("{\"a\":".repeat(1 + random.nextInt(DEPTH)));
            case 3 -> ascii(of(VALUES));
            case 4 -> ascii("{\"" + of(MEMBERS) + "\":" + of(VALUES) + "}");
            case 5 -> ascii("{\"" + "m".repeat(1 << random.nextInt(17)) + "\":1}");
            case 6 -> ascii("{\"a\":" + "9".repeat(1 << random.nextInt(17)) + "}");
            default -> new byte[0];
        };
    }

    byte[] spoil(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return switch (random.nextInt(14)) {
            case 0 -> noise();
            case 1 -> ascii(replaceValue(text));
            case 2 -> ascii(addMember(text, of(MEMBERS)));
            case 3 -> ascii(doubleMember(text));
            case 4 -> Arrays.copyOf(body, random.nextInt(body.length + 1));
            case 5 -> flip(body);
            case 6 -> ascii(text + of(List.of("}", "]", ",", "x", "{}", "\n\n", "\u0000", " ")));
            case 7 -> ascii("\u00ef\u00bb\u00bf" + text);
            case 8 -> ascii(text.replace("\n", of(List.of("\n\n", "\r\n", "\n \n", "\n{\n", "\r", "\n#\n"))));
            case 9 -> ascii((text + "\n").repeat(times(text.length() + 1, 1 + random.nextInt(700))));
            case 10 -> ascii(text.replace("\"", of(List.of("'", "\\\"", "", "\u00ff"))));
            case 11 -> join(body, random(random.nextInt(300)));
            case 12 -> ascii(text + "x".repeat(1 << random.nextInt(19)));
            default -> ascii(text.replace("[", "[" + "[".repeat(times(1 + text.length(), random.nextInt(2000)))));
        };
    }

    /** A body that was made longer before is not made so long again that this process has no memory for it. */
    private static int times(int length, int wanted) {
        return Math.min(wanted, Math.max(1, MAX_BYTES / length));
    }

    /** What stands behind one of the colons becomes something else. */
    private String replaceValue(String text) {
        int colon = text.indexOf(':', text.isEmpty() ? 0 : random.nextInt(text.length()));
        if (colon < 0) {
            return of(VALUES);
        }
        int end = colon + 1;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, colon + 1) + of(VALUES) + text.substring(end);
    }

    private String addMember(String text, String name) {
        return text.replaceFirst("\\{", "{\"" + name.replace("\\", "\\\\") + "\":"
                + of(VALUES).replace("\\", "\\\\").replace("$", "\\$") + ",");
    }

    private static String doubleMember(String text) {
        int open = text.indexOf('{');
        int close = text.lastIndexOf('}');
        return open < 0 || close <= open
                ? text + text
                : text.substring(0, close) + "," + text.substring(open + 1, close) + text.substring(close);
    }

    private byte[] flip(byte[] body) {
        byte[] flipped = body.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[] left, byte[] right) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(left);
        out.writeBytes(right);
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private String of(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
