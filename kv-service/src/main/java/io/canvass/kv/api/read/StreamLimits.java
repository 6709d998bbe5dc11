package io.canvass.kv.api.read;

/**
 * The bounds of answers that are streamed.
 *
 * @param maxOpen how many of them, ranges and exports together, may be under way on this node; above zero
 */
public record StreamLimits(int maxOpen) {
    /** The setting that {@link #maxOpen} comes from, as errors name it. */
    static final String MAX_OPEN_PROPERTY = "kv.stream.max-open";

    public StreamLimits {
        if (maxOpen < 1) {
            throw new IllegalArgumentException("maxOpen must be above zero, but is " + maxOpen);
        }
    }
}
