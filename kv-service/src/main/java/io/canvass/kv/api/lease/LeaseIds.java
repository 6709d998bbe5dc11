package io.canvass.kv.api.lease;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A lease's identifier as people meet it: hexadecimal, as {@code Kv-Lease} shows it. */
public final class LeaseIds {
    /** What an identifier must be, for the sentence "… must be" of a refusal. */
    public static final String FORM = "a lease's id as Kv-Lease and POST /v1/leases show it, such as 7f3a";

    private static final Pattern FORMAT = Pattern.compile("0|[1-9a-f][0-9a-f]{0,15}");

    private LeaseIds() {}

    /** Empty if the text is of another form, another spelling of a number included. */
    public static OptionalLong parse(String text) {
        return FORMAT.matcher(text).matches()
                ? OptionalLong.of(Long.parseUnsignedLong(text, 16))
                : OptionalLong.empty();
    }
}
