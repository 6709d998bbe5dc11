/**
 * One request, read strictly from what came over the wire, and the bounds of what it may ask for: path, query,
 * headers, conditions and body; and what an endpoint is. Knows neither JSON nor the cluster.
 */
@NullMarked
package io.canvass.kv.api.http;

import org.jspecify.annotations.NullMarked;
