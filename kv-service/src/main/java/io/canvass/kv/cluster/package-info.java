/** Joins the state machine to the Raft module: replication from any node, forwarding to the leader. */
@NullMarked
package io.canvass.kv.cluster;

import org.jspecify.annotations.NullMarked;
