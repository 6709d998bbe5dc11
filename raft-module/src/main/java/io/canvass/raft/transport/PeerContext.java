package io.canvass.raft.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What every dialled stream needs of the transport.
 *
 * @param sessions the last session id given out; they only rise (HAZARDS D9)
 */
record PeerContext(
        TransportConfig config,
        Greeter greeter,
        Transport.Listener listener,
        Refusals refusals,
        Counters<DropReason> drops,
        DialLoop loop,
        AsyncResolver resolver,
        PeerChannels channels,
        AtomicLong sessions) {
    long nextSession() {
        return sessions.incrementAndGet();
    }
}
