/** Spans of requests and of what they ask of other nodes; none unless tracing is switched on. */
@NullMarked
package io.canvass.kv.tracing;

import org.jspecify.annotations.NullMarked;
