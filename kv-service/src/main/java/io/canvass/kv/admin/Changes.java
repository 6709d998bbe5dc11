package io.canvass.kv.admin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.AddMember;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.MemberPromotion;
import io.canvass.proto.kv.v1.ReplaceMember;
import io.canvass.proto.kv.v1.UpdateMember;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;

/** Makes of what an operator says the change that the core knows: he names nodes, it knows replicas. Of one status. */
final class Changes {
    private static final short NOT_TOLD = 0;
    private final RaftStatus status;

    Changes(RaftStatus status) {
        this.status = status;
    }

    /** @throws RefusedException if there is no such member */
    Member member(String id) {
        return find(id).orElseThrow(
                () -> new RefusedException(Refusal.NOT_A_MEMBER, id + " is no member of the cluster"));
    }

    boolean isVoter(String id) {
        return status.configuration().voters().stream().anyMatch(voter -> voter.key().nodeId().equals(id));
    }

    MemberChange add(AddMember add) {
        requireFreeAddress(add.getId(), add.getAddress());
        return new MemberChange.Add(described(
                new ReplicaKey(add.getId(), directory(add.getDirectoryId())),
                add.getAddress(),
                add.getUrl(),
                promotion(add.getPromotion()).orElse(Promotion.AUTO)));
    }

    MemberChange update(UpdateMember update) {
        Member now = member(update.getId());
        String address = update.hasAddress() ? update.getAddress() : now.address();
        requireFreeAddress(update.getId(), address);
        Member then = described(
                now.key(),
                address,
                update.hasUrl() ? update.getUrl() : now.url(),
                promotion(update.getPromotion()).orElse(now.promotion()));
        return new MemberChange.Update(new Member(
                then.key(), then.address(), then.url(), then.promotion(), now.minVersion(), now.maxVersion()));
    }

    /** That its leader does not make a voter of it again. */
    Optional<MemberChange> keepObserver(Member member) {
        return member.promotion() == Promotion.MANUAL
                ? Optional.empty()
                : Optional.of(new MemberChange.Update(new Member(
                        member.key(), member.address(), member.url(), Promotion.MANUAL, member.minVersion(),
                        member.maxVersion())));
    }

    /** @param asked whether an operator insists, among others */
    MemberChange replace(ReplaceMember replace, Insists asked) {
        Member lost = member(replace.getId());
        Optional<RaftStatus.Peer> peer = status.peers().stream()
                .filter(other -> other.key().nodeId().equals(replace.getId()))
                .findFirst();
        UUID seen = peer.map(other -> other.seen().directoryId()).orElse(ReplicaKey.UNASSIGNED);
        UUID directory = replace.getDirectoryId().isEmpty() ? seen : directory(replace.getDirectoryId());
        if (directory.equals(ReplicaKey.UNASSIGNED)
                || (replace.getDirectoryId().isEmpty() && directory.equals(lost.key().directoryId()))) {
            throw new RefusedException(
                    Refusal.DIRECTORY_UNKNOWN, replace.getId() + " has not connected with another directory than "
                            + lost.key().directoryId());
        }
        boolean self = lost.key().matches(status.self());
        boolean connected = peer.map(RaftStatus.Peer::connected).orElse(false) && seen.equals(lost.key().directoryId());
        if (self || (connected && asked == Insists.NO)) {
            throw new RefusedException(
                    Refusal.DIRECTORY_IN_USE,
                    replace.getId() + (self ? " leads" : " is connected") + " with its directory " + lost.key().directoryId());
        }
        String address = replace.hasAddress() ? replace.getAddress() : lost.address();
        requireFreeAddress(replace.getId(), address);
        // A voter is to vote again once it has caught up.
        Promotion promotion = isVoter(replace.getId()) ? Promotion.AUTO : lost.promotion();
        return new MemberChange.Replace(
                lost.key(),
                described(
                        new ReplicaKey(replace.getId(), directory),
                        address,
                        replace.hasUrl() ? replace.getUrl() : lost.url(),
                        promotion));
    }

    /** Whether an operator says that he knows better. */
    enum Insists {
        NO,
        YES
    }

    /** Who would vote after the change. */
    List<String> votersAfter(MemberChange change) {
        Set<String> voters = new LinkedHashSet<>();
        status.configuration().voters().forEach(voter -> voters.add(voter.key().nodeId()));
        switch (change) {
            case MemberChange.Promote promote -> voters.add(promote.member().nodeId());
            case MemberChange.Demote demote -> voters.remove(demote.member().nodeId());
            case MemberChange.Remove remove -> voters.remove(remove.member().nodeId());
            case MemberChange.Replace replace -> voters.remove(replace.lost().nodeId());
            case MemberChange.Add _, MemberChange.Update _ -> {
                // The same as before.
            }
        }
        return List.copyOf(voters);
    }

    private Optional<Member> find(String id) {
        return status.configuration().members().stream()
                .filter(member -> member.key().nodeId().equals(id))
                .findFirst();
    }

    /** Two members at one address would be one node that is counted twice. */
    private void requireFreeAddress(String id, String address) {
        for (Member other : status.configuration().members()) {
            if (other.address().equals(address) && !other.key().nodeId().equals(id)) {
                throw new RefusedException(Refusal.INVALID, other.key().nodeId() + " has the address " + address
                        + " already, and " + id + " cannot have it too");
            }
        }
    }

    private static Member described(ReplicaKey key, String address, String url, Promotion promotion) {
        try {
            return new Member(key, address, url, promotion, NOT_TOLD, NOT_TOLD);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Refusal.INVALID, String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Promotion> promotion(MemberPromotion told) {
        return switch (told) {
            case MEMBER_PROMOTION_AUTO -> Optional.of(Promotion.AUTO);
            case MEMBER_PROMOTION_MANUAL -> Optional.of(Promotion.MANUAL);
            case MEMBER_PROMOTION_UNSPECIFIED -> Optional.empty();
            case UNRECOGNIZED -> throw new RefusedException(
                    Refusal.NOT_SUPPORTED, "The leader's version does not know this way of promotion");
        };
    }

    private static UUID directory(ByteString bytes) {
        if (bytes.isEmpty()) {
            return ReplicaKey.UNASSIGNED;
        }
        return Uuids.of(bytes).orElseThrow(
                () -> new RefusedException(Refusal.INVALID, "A directory id has 16 bytes, not " + bytes.size()));
    }

    /** What stands against a change, for people; without the full stop. */
    String explain(MemberChange.Refusal refusal, MemberChange change, Currency currency) {
        String id = nodeOf(change);
        return switch (refusal) {
            case CHANGE_PENDING -> "The change before is not committed yet: at index " + status.configurationIndex()
                    + " the members are to be " + describe(status.configuration());
            case NO_COMMIT_IN_EPOCH ->
                status.self().nodeId() + " has just come to lead and has committed nothing of epoch " + status.epoch() + " yet";
            case TRANSFERRING -> status.self().nodeId() + " is handing leadership over";
            case WOULD_LOSE_QUORUM -> currency.missing(status, votersAfter(change));
            case ALREADY_A_MEMBER -> id + " is " + (isVoter(id) ? "a voter" : "an observer") + " of the cluster already";
            case NOT_A_MEMBER -> id + " is no member of the cluster";
            case NOTHING_TO_DO -> switch (change) {
                case MemberChange.Promote _ -> id + " is a voter already";
                case MemberChange.Demote _ -> id + " is an observer already";
                case MemberChange.Replace _ -> id + " has this directory already";
                case MemberChange.Update _, MemberChange.Add _, MemberChange.Remove _ -> id + " is so already";
            };
            case TOO_FAR_BEHIND -> currency.faultOf(status, id)
                    .orElse(id + " was not within " + currency.maxLag() + " entries of the log's end");
            case TOO_MANY_MEMBERS -> "The cluster has " + Configuration.MAX_MEMBERS + " members";
            case OLD_VERSION -> "A member speaks an older version of the peer protocol, or has not been heard from, and might not"
                    + " read it";
        };
    }

    private static String nodeOf(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> add.member().key().nodeId();
            case MemberChange.Promote promote -> promote.member().nodeId();
            case MemberChange.Demote demote -> demote.member().nodeId();
            case MemberChange.Remove remove -> remove.member().nodeId();
            case MemberChange.Replace replace -> replace.lost().nodeId();
            case MemberChange.Update update -> update.member().key().nodeId();
        };
    }

    private static String describe(Configuration configuration) {
        String observers = names(configuration.observers());
        return "the voters " + names(configuration.voters()) + (observers.isEmpty() ? "" : " and the observers " + observers);
    }

    private static String names(List<Member> members) {
        return String.join(", ", members.stream().map(member -> member.key().nodeId()).toList());
    }
}
