package io.canvass.raft.planted;

import java.util.List;

/**
 * What a fault does to one source file.
 *
 * @param file from the module's folder on
 * @param replacements done in this order
 */
record SourceChange(String file, List<Replacement> replacements) {
    /** Whole lines, and those that take their place; {@code was} must stand in the file exactly once. */
    record Replacement(String was, String is) {}

    SourceChange {
        replacements = List.copyOf(replacements);
    }

    /** @throws PlantedFaultException if the source is no longer what this change was written for */
    String applyTo(String source) {
        String changed = source;
        for (Replacement replacement : replacements) {
            int at = changed.indexOf(replacement.was());
            if (at < 0 || changed.indexOf(replacement.was(), at + 1) >= 0) {
                throw new PlantedFaultException((at < 0 ? "Nowhere" : "More than once") + " in " + file + ":\n"
                        + replacement.was() + "Write the fault anew for the source as it is now");
            }
            changed = changed.substring(0, at) + replacement.is()
                    + changed.substring(at + replacement.was().length());
        }
        return changed;
    }
}
