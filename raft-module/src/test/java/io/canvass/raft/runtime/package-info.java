/** The runtime under test: real stores, real transports on the loopback, real threads. */
@NullMarked
package io.canvass.raft.runtime;

import org.jspecify.annotations.NullMarked;
