package io.canvass.raft.core;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Who belongs to the cluster: the content of an entry of kind {@link EntryKind#CONFIGURATION}.
 *
 * @param voters whose majorities decide; never empty
 * @param observers who get the log and decide nothing
 */
public record Configuration(List<Member> voters, List<Member> observers) {
    private static final byte FORMAT = 1;

    /**
     * @param key the replica; its directory id may be unassigned, then any directory of the node counts
     * @param address where its peers reach it, {@code host:port}
     */
    public record Member(ReplicaKey key, String address) {
        public Member {
            if (key.isNone()) {
                throw new IllegalArgumentException("A member has a node id");
            }
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

    public Bytes encode() {
        int size = 1 + sizeOf(voters) + sizeOf(observers);
        ByteBuffer out = ByteBuffer.allocate(size).put(FORMAT);
        put(out, voters);
        put(out, observers);
        return Bytes.wrap(out.array());
    }

    /** @throws IllegalArgumentException if these bytes are not a configuration of a format that this version knows */
    public static Configuration decode(Bytes bytes) {
        ByteBuffer in = bytes.asReadOnlyBuffer();
        try {
            byte format = in.get();
            if (format != FORMAT) {
                throw new IllegalArgumentException("Unknown format of a configuration entry: " + format);
            }
            Configuration configuration = new Configuration(take(in), take(in));
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes too many in a configuration entry");
            }
            return configuration;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("A configuration entry is cut short", e);
        }
    }

    private static int sizeOf(List<Member> members) {
        int size = 2;
        for (Member member : members) {
            size += 2 + utf8(member.key().nodeId()).length + 16 + 2 + utf8(member.address()).length;
        }
        return size;
    }

    private static void put(ByteBuffer out, List<Member> members) {
        out.putShort((short) members.size());
        for (Member member : members) {
            put(out, member.key().nodeId());
            out.putLong(member.key().directoryId().getMostSignificantBits());
            out.putLong(member.key().directoryId().getLeastSignificantBits());
            put(out, member.address());
        }
    }

    private static void put(ByteBuffer out, String text) {
        byte[] utf8 = utf8(text);
        out.putShort((short) utf8.length).put(utf8);
    }

    private static List<Member> take(ByteBuffer in) {
        int count = Short.toUnsignedInt(in.getShort());
        List<Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String nodeId = takeText(in);
            UUID directoryId = new UUID(in.getLong(), in.getLong());
            members.add(new Member(new ReplicaKey(nodeId, directoryId), takeText(in)));
        }
        return members;
    }

    private static String takeText(ByteBuffer in) {
        byte[] utf8 = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
