package io.canvass.raft.transport;

import java.net.InetAddress;
import java.util.List;

/** What became of looking up a host. */
sealed interface Resolution {
    /** @param addresses at least one */
    record Found(List<InetAddress> addresses) implements Resolution {}

    record Failed(String why) implements Resolution {}
}
