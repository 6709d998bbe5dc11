/**
 * Watches: one reader of the change feed per node, and what hands its changes to those who wait for them
 * (docs/watching.md). Knows the store, and nothing of HTTP.
 */
@NullMarked
package io.canvass.kv.watch;

import org.jspecify.annotations.NullMarked;
