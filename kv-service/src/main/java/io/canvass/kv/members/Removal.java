package io.canvass.kv.members;

import java.time.Instant;

/**
 * That this node was removed from its cluster.
 *
 * @param at when it learned of it, by its own clock
 * @param epoch in which it was
 * @param index of the configuration without it
 */
public record Removal(Instant at, long epoch, long index) {}
