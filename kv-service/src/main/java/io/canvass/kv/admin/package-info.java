/**
 * What an operator asks of the cluster (KV-API.md, section 7): judged and done on the leader, whichever node was asked. Knows
 * the replica and the peers, nothing of HTTP.
 */
@NullMarked
package io.canvass.kv.admin;

import org.jspecify.annotations.NullMarked;
