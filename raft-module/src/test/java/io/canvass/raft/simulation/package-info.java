/**
 * A whole cluster of real cores in one thread, in virtual time, under one seed: disks that lose what was not synced, a network
 * that delays, loses, repeats and reorders, processes that sleep and crash. Observers judge every event from outside, by what was
 * said and written, not by what the core thinks of itself.
 *
 * <p>No wall clock, no thread and no unseeded randomness may live here: the same seed gives the same run, line by line.
 */
@NullMarked
package io.canvass.raft.simulation;

import org.jspecify.annotations.NullMarked;
