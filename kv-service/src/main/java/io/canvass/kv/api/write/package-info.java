/**
 * Writes: one key, ranges, counters, transactions, batches and imports (KV-API.md, sections 3 and 6). Conditions
 * are judged in apply, not here.
 */
@NullMarked
package io.canvass.kv.api.write;

import org.jspecify.annotations.NullMarked;
