/**
 * HTTP as KV-API.md has it: paths, headers, status codes, bodies and errors. Knows the store's views,
 * {@code Replication} and {@code ClusterAdmin}, nothing of Raft but its {@code Bytes}.
 *
 * <p>A request is read strictly ({@link io.canvass.kv.api.http.KeyPath}, {@link io.canvass.kv.api.http.QueryParameters},
 * {@link io.canvass.kv.api.http.Condition}, {@link io.canvass.kv.api.http.ValueBody}), answered by a controller that blocks its
 * own virtual thread, and if anything goes wrong, wherever, answered by {@link io.canvass.kv.api.error.ProblemReplies}.
 */
@NullMarked
package io.canvass.kv.api;

import org.jspecify.annotations.NullMarked;
