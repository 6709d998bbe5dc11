/**
 * The load generator and the disk measure that {@code bin/bench} runs. It shares the machine with the servers it
 * measures, so it is built to cost little: few threads, all connections on them, no allocation per request. Nothing of
 * Canvass itself may be used here: what is measured is what a stranger meets over HTTP.
 */
@NullMarked
package io.canvass.benchmarks;

import org.jspecify.annotations.NullMarked;
