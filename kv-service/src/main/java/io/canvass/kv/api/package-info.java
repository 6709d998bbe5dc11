/** HTTP as KV-API.md has it. Knows the store's views and {@code Replication}, nothing of Raft. */
@NullMarked
package io.canvass.kv.api;

import org.jspecify.annotations.NullMarked;
