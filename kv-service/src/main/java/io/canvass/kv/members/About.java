package io.canvass.kv.members;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.TransportConfig;

/**
 * What a configuration may say of a member besides who and where it is.
 *
 * @param url of its HTTP API, may be empty
 * @param minVersion of the peer protocol that it speaks
 * @param maxVersion of the same
 */
record About(String url, short minVersion, short maxVersion) {
    private static final int MAX_URL = 2048;

    /** @throws IllegalArgumentException if that cannot be; the message says why */
    static About of(String url, int minVersion, int maxVersion) {
        if (url.length() > MAX_URL) {
            throw new IllegalArgumentException("its URL has more than " + MAX_URL + " characters");
        }
        if (minVersion < 0 || maxVersion < minVersion || maxVersion > Short.MAX_VALUE) {
            throw new IllegalArgumentException("it speaks no protocol version from " + minVersion + " to " + maxVersion);
        }
        return new About(url, (short) minVersion, (short) maxVersion);
    }

    static About self(ClusterPlan plan, KvProperties properties) {
        return of(plan.url(), TransportConfig.OLDEST_PROTOCOL_VERSION, properties.raft().protocolVersion());
    }

    /** The member with this said of it. */
    Member of(ReplicaKey key, String address, Promotion promotion) {
        return new Member(key, address, url, promotion, minVersion, maxVersion);
    }
}
