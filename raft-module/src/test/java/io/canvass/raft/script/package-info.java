/**
 * Runs the scripts of {@code src/test/resources/raft}: a few real cores on which nothing happens but what a text file says, and
 * what they did in words, compared with what is kept beside it.
 */
@NullMarked
package io.canvass.raft.script;

import org.jspecify.annotations.NullMarked;
