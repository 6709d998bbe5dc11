/**
 * JSON and NDJSON, read as strictly as a query string and written as KV-API.md, section 3, has it. Knows nothing of
 * the cluster.
 */
@NullMarked
package io.canvass.kv.api.json;

import org.jspecify.annotations.NullMarked;
