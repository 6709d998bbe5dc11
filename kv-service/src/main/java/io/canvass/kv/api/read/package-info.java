/**
 * Reads: one key, its history, pages and counts of ranges, and whole ranges as streams (KV-API.md, sections 3 and
 * 4). Writes nothing.
 */
@NullMarked
package io.canvass.kv.api.read;

import org.jspecify.annotations.NullMarked;
