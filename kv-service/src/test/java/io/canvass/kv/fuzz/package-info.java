/**
 * Random requests, right, nearly right and plain noise, to a node's HTTP port and to its peer port, and what must hold
 * whatever came in. Each request is made of a number of its own, so that it can be sent again alone. Needs nothing but
 * what a node has on its class path: {@code bin/fuzz} runs it without a test framework.
 */
@NullMarked
package io.canvass.kv.fuzz;

import org.jspecify.annotations.NullMarked;
