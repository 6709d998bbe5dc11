/** Peers over gRPC: streams, sessions, reconnects, the wire format. Knows the core's messages, never its rules. */
@NullMarked
package io.canvass.raft.transport;

import org.jspecify.annotations.NullMarked;
