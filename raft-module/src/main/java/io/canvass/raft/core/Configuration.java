package io.canvass.raft.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who belongs to the cluster: the content of an entry of kind {@link EntryKind#CONFIGURATION}.
 *
 * @param voters whose majorities decide; never empty
 * @param observers who get the log and decide nothing
 */
public record Configuration(List<Member> voters, List<Member> observers) {
    /** Voters and observers together: each costs every other one two streams, and a leader a look at each answer. */
    public static final int MAX_MEMBERS = 64;

    /** The highest {@link #format} that this version reads. */
    public static final int NEWEST_FORMAT = ConfigurationCodec.FULL;

    /** The format that every version reads. */
    public static final int OLDEST_FORMAT = ConfigurationCodec.PLAIN;

    /** How an observer becomes a voter. */
    public enum Promotion {
        /** By its leader, once it has caught up. */
        AUTO,
        /** By an operator only; without one it stays an observer. */
        MANUAL
    }

    /**
     * @param key the replica; its directory id may be unassigned, then any directory of the node counts
     * @param address where its peers reach it, {@code host:port}
     * @param url the base URL of what it serves its clients; empty if it was not told
     * @param promotion how it becomes a voter if it is an observer
     * @param minVersion the lowest protocol version that it speaks
     * @param maxVersion the highest; with {@code minVersion} 0 as well: not told
     */
    public record Member(
            ReplicaKey key, String address, String url, Promotion promotion, short minVersion, short maxVersion) {
        /** Bytes in UTF-8 of a node id, an address or a URL. */
        public static final int MAX_TEXT_BYTES = 4096;

        public Member {
            if (key.isNone()) {
                throw new IllegalArgumentException("A member has a node id");
            }
            requireShort("node id", key.nodeId());
            requireShort("address", address);
            requireShort("URL", url);
            if (minVersion < 0 || maxVersion < minVersion) {
                throw new IllegalArgumentException(
                        "No range of protocol versions: " + minVersion + " to " + maxVersion);
            }
        }

        /** One of which no more is told. */
        public Member(ReplicaKey key, String address) {
            this(key, address, "", Promotion.AUTO, (short) 0, (short) 0);
        }

        private static void requireShort(String what, String text) {
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        "The " + what + " of a member has at most " + MAX_TEXT_BYTES + " bytes, not " + bytes);
            }
        }

        /** Whether it says no more than who it is and where. */
        boolean isPlain() {
            return url.isEmpty() && promotion == Promotion.AUTO && minVersion == 0 && maxVersion == 0;
        }

        /** The same with another key. */
        public Member as(ReplicaKey other) {
            return new Member(other, address, url, promotion, minVersion, maxVersion);
        }

        /** The same at another address. */
        public Member at(String otherAddress) {
            return new Member(key, otherAddress, url, promotion, minVersion, maxVersion);
        }
    }

    public Configuration {
        voters = List.copyOf(voters);
        observers = List.copyOf(observers);
        Set<String> seen = new HashSet<>();
        for (Member member : voters) {
            requireNew(seen, member);
        }
        for (Member member : observers) {
            requireNew(seen, member);
        }
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("A cluster has at least one voter");
        }
    }

    private static void requireNew(Set<String> seen, Member member) {
        if (!seen.add(member.key().nodeId())) {
            throw new IllegalArgumentException("Node id " + member.key().nodeId() + " is listed twice");
        }
    }

    public static Configuration ofVoters(List<Member> voters) {
        return new Configuration(voters, List.of());
    }

    public boolean isVoter(ReplicaKey key) {
        for (Member voter : voters) {
            if (voter.key().matches(key)) {
                return true;
            }
        }
        return false;
    }

    /** Voters that make a majority. */
    public int majority() {
        return Quorum.majority(voters.size());
    }

    /** Voters and observers, voters first, each in its listed order. */
    public List<Member> members() {
        List<Member> all = new ArrayList<>(voters);
        all.addAll(observers);
        return all;
    }

    /** The lowest format that can say all of it: an older program reads no other. */
    public int format() {
        return ConfigurationCodec.formatOf(this);
    }

    /** As the content of an entry, in its {@link #format}. */
    public Bytes encode() {
        return ConfigurationCodec.encode(this);
    }

    /** @throws IllegalArgumentException if these bytes are not a configuration of a format that this version knows */
    public static Configuration decode(Bytes bytes) {
        return ConfigurationCodec.decode(bytes);
    }
}
