package io.canvass.kv.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** How a member's names are written, for those who are told of one otherwise than by {@code kv.cluster.voters}. */
public final class MemberForms {
    private static final Pattern ID = Pattern.compile(Voter.ID_PATTERN);

    private MemberForms() {}

    /** As {@code kv.node.id}: 1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit. */
    public static boolean isNodeId(String text) {
        return ID.matcher(text).matches();
    }

    /** {@code host:port}; an IPv6 address in brackets. */
    public static boolean isAddress(String text) {
        return voter("m@" + text).map(Voter::address).filter(text::equals).isPresent();
    }

    /** The base URL of an HTTP API, without a slash at its end; empty if the text is none. */
    public static Optional<String> baseUrl(String text) {
        return voter("m@h:1=" + text).flatMap(Voter::httpUrl).map(Object::toString);
    }

    private static Optional<Voter> voter(String item) {
        try {
            return Optional.of(Voter.parse(item));
        } catch (InvalidSettingException _) {
            return Optional.empty();
        }
    }
}
