/**
 * All that can happen in a small world of real cores: every order of messages, losses, timers, pauses, restarts and
 * slow disks within named bounds, breadth first, so that what is found is shown by a shortest way to it. {@code
 * docs/exploration.md} says what the world is and what is taken for the same.
 *
 * <p>The core is a function of its state and an input, so that each step of one replica is made once, by the real
 * core, and looked up from then on. States are compared by every field of the core but those that {@code CoreCopy}
 * names, each with its reason.
 *
 * <p>No wall clock, no thread and no chance decides anything here: the same bounds give the same numbers.
 */
@NullMarked
package io.canvass.raft.exploration;

import org.jspecify.annotations.NullMarked;
