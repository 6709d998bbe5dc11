/**
 * Streams of events and long polls (KV-API.md, section 5), from this node's applied state.
 */
@NullMarked
package io.canvass.kv.api.watch;

import org.jspecify.annotations.NullMarked;
