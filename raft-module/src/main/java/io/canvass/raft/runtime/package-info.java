/** The threads that drive the core, and the public API to embed it: {@link io.canvass.raft.runtime.RaftNode} and {@link io.canvass.raft.runtime.StateMachine}. */
@NullMarked
package io.canvass.raft.runtime;

import org.jspecify.annotations.NullMarked;
