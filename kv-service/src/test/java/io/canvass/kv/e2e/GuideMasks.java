package io.canvass.kv.e2e;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What differs between two runs of the same commands on fresh clusters, and so is not compared: that it is there, and
 * is of the right form, is.
 */
final class GuideMasks {
    private static final List<Pattern> MASKS = List.of(
            mask("(Kv-Request-Id: )[0-9A-Z]{26}\\b"),
            mask("(Kv-Leader: kv-)[1-3]"),
            mask("(Kv-Epoch: )\\d+"),
            mask("(connected kv-[1-3] epoch )\\d+"),
            mask("(\"epoch\":)\\d+"),
            mask("(contact=)\\d+(?=ms)"),
            mask("(lag=)\\d+"),
            // Ids of leases are places in the log; they and what is left of a TTL depend on who led, and how fast.
            mask("(\"lease\": ?\")[0-9a-f]+(?=\")"),
            mask("(\"id\": ?\")[0-9a-f]+(?=\")"),
            mask("(/v1/leases/)[0-9a-f]+"),
            mask("(Kv-Lease: )[0-9a-f]+"),
            mask("(\"expiresInMs\":)(?:\\d+|null)"),
            // Cursors carry the cluster's id, or what was made of it.
            mask("(\"next\":\")[A-Za-z0-9_-]+"),
            mask("(cursor=)[A-Za-z0-9_-]+"));

    private GuideMasks() {}

    static String masked(String text) {
        String masked = text;
        for (Pattern mask : MASKS) {
            masked = mask.matcher(masked).replaceAll("$1~");
        }
        return masked;
    }

    /** @param pattern a group that stays, then what is masked */
    private static Pattern mask(String pattern) {
        return Pattern.compile(pattern);
    }
}
