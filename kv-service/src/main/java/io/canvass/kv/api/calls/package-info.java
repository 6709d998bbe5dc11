/**
 * What requests ask of the cluster and what came of it: how fresh a read is, which writes are repetitions, what
 * apply refused, and the headers that say so. Waits on the request's own virtual thread.
 */
@NullMarked
package io.canvass.kv.api.calls;

import org.jspecify.annotations.NullMarked;
