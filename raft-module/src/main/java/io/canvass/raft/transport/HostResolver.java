package io.canvass.raft.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.List;

/** Finds a peer's addresses by its name. May block. */
@FunctionalInterface
interface HostResolver {
    /**
     * The system's. The JVM keeps an answer for {@code networkaddress.cache.ttl} seconds (30 unless set) and a
     * failure for {@code networkaddress.cache.negative.ttl} (10): a process that wants moved peers found sooner sets
     * these security properties before its first look-up.
     */
    HostResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    /** At least one address. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** Whether this JVM was told to keep an answer for ever, so that a peer that moves is never found again. */
    static boolean isPinnedForEver() {
        String seconds = Security.getProperty("networkaddress.cache.ttl");
        return seconds != null && seconds.strip().startsWith("-");
    }
}
