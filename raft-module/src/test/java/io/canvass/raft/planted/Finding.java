package io.canvass.raft.planted;

import java.util.List;

/**
 * What a check says of a variant.
 *
 * @param words what found the fault first, and how many did; or what was tried in vain
 */
public record Finding(boolean caught, String words) {
    private static final String CAUGHT = "caught";
    private static final String MISSED = "missed";

    public static Finding caught(String words) {
        return new Finding(true, words);
    }

    public static Finding missed(String words) {
        return new Finding(false, words);
    }

    /** How a check inside a variant hands it out: classes of the two sides are not the same, lists of strings are. */
    public List<String> lines() {
        return List.of(caught ? CAUGHT : MISSED, words);
    }

    static Finding of(List<String> lines) {
        return switch (lines.getFirst()) {
            case CAUGHT -> caught(lines.get(1));
            case MISSED -> missed(lines.get(1));
            default -> throw new PlantedFaultException("Neither caught nor missed: " + lines);
        };
    }
}
