package io.canvass.kv.api.http;

import java.time.Duration;

/**
 * The bounds of what one HTTP request may ask for. Every one is positive, and the default of a page does not exceed its
 * maximum.
 *
 * @param maxValueBytes the longest value a PUT may carry; a longer one is 413 {@code value-too-large}
 * @param maxKeyBytes the longest key, after decoding; a longer one is 400 {@code invalid-key}
 * @param defaultPageItems items of a page that names no {@code limit}
 * @param maxPageItems the highest {@code limit}
 * @param maxPageBytes bytes of keys and values in a page that names no {@code max-bytes}, and the
 *     highest {@code max-bytes}
 * @param requestTimeout how long a request may wait for the cluster before it is answered 503 or 504
 */
public record ApiLimits(
        int maxValueBytes,
        int maxKeyBytes,
        int defaultPageItems,
        int maxPageItems,
        long maxPageBytes,
        Duration requestTimeout) {

    public ApiLimits {
        requirePositive("maxValueBytes", maxValueBytes);
        requirePositive("maxKeyBytes", maxKeyBytes);
        requirePositive("defaultPageItems", defaultPageItems);
        requirePositive("maxPageItems", maxPageItems);
        requirePositive("maxPageBytes", maxPageBytes);
        requirePositive("requestTimeout", requestTimeout.toNanos());
        if (defaultPageItems > maxPageItems) {
            throw new IllegalArgumentException(
                    "defaultPageItems is " + defaultPageItems + ", above maxPageItems, which is " + maxPageItems);
        }
        if (maxValueBytes == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("maxValueBytes must leave room for one byte more, to notice a longer"
                    + " value");
        }
    }

    /** Values of 1 MiB, keys of 1024 bytes, pages of 100 to 1000 items and 1 MiB, 10 s (KV-API.md, section 3). */
    public static ApiLimits defaults() {
        return new ApiLimits(1 << 20, 1024, 100, 1000, 1 << 20, Duration.ofSeconds(10));
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be above zero, but is " + value);
        }
    }
}
