package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.member;
import static io.canvass.raft.core.CoreFixture.otherDisk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What each change makes of voters n1, n2 and an observer n3 (Raft dissertation, section 4.1; KIP-853). */
class MembershipChangeTest {
    private static final Configuration BEFORE =
            new Configuration(List.of(member(N1), member(N2)), List.of(member(N3)));
    private static final Configuration ALONE = Configuration.ofVoters(List.of(member(N1)));
    private static final ReplicaKey N2_ANY = ReplicaKey.ofNode("n2");

    private static Configuration.Member at(ReplicaKey key, String address) {
        return new Configuration.Member(key, address);
    }

    static List<Arguments> changes() {
        Configuration.Member moved = at(N2, "elsewhere:1");
        Configuration.Member otherN2 = member(otherDisk(N2));
        Configuration.Member otherN3 = member(otherDisk(N3));
        return List.of(
                arguments(new MemberChange.Add(member(N4)), voters(N1, N2), List.of(member(N3), member(N4))),
                arguments(new MemberChange.Promote(N3, 0), voters(N1, N2, N3), List.of()),
                arguments(new MemberChange.Promote(ReplicaKey.ofNode("n3"), 0), voters(N1, N2, N3), List.of()),
                arguments(new MemberChange.Demote(N2), voters(N1), List.of(member(N3), member(N2))),
                arguments(new MemberChange.Remove(N2), voters(N1), List.of(member(N3))),
                arguments(new MemberChange.Remove(N2_ANY), voters(N1), List.of(member(N3))),
                arguments(new MemberChange.Remove(N3), voters(N1, N2), List.of()),
                arguments(new MemberChange.Replace(N2, otherN2), voters(N1), List.of(member(N3), otherN2)),
                arguments(new MemberChange.Replace(N3, otherN3), voters(N1, N2), List.of(otherN3)),
                arguments(new MemberChange.Update(moved), List.of(member(N1), moved), List.of(member(N3))),
                arguments(
                        new MemberChange.Update(at(N2_ANY, "elsewhere:1")),
                        List.of(member(N1), moved),
                        List.of(member(N3))));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aChangeMakesOfAConfiguration(
            MemberChange change, List<Configuration.Member> voters, List<Configuration.Member> observers) {
        assertThat(Membership.change(BEFORE, change)).isEqualTo(Membership.Changed.to(voters, observers));
    }

    static List<Arguments> refusals() {
        MemberChange.Refusal unknown = MemberChange.Refusal.NOT_A_MEMBER;
        MemberChange.Refusal nothing = MemberChange.Refusal.NOTHING_TO_DO;
        return List.of(
                arguments(new MemberChange.Add(member(N2)), MemberChange.Refusal.ALREADY_A_MEMBER),
                arguments(new MemberChange.Add(member(N3)), MemberChange.Refusal.ALREADY_A_MEMBER),
                arguments(new MemberChange.Add(member(otherDisk(N3))), MemberChange.Refusal.ALREADY_A_MEMBER),
                arguments(new MemberChange.Promote(N2, 0), nothing),
                arguments(new MemberChange.Promote(N5, 0), unknown),
                arguments(new MemberChange.Promote(otherDisk(N3), 0), unknown),
                arguments(new MemberChange.Demote(N3), nothing),
                arguments(new MemberChange.Demote(N5), unknown),
                arguments(new MemberChange.Demote(otherDisk(N2)), unknown),
                arguments(new MemberChange.Remove(N5), unknown),
                arguments(new MemberChange.Remove(otherDisk(N2)), unknown),
                arguments(new MemberChange.Replace(N5, member(otherDisk(N5))), unknown),
                arguments(new MemberChange.Replace(otherDisk(N2), member(N2)), unknown),
                arguments(new MemberChange.Replace(N2, member(N5)), unknown),
                arguments(new MemberChange.Replace(N2, member(N2)), nothing),
                arguments(new MemberChange.Replace(N2, at(N2, "elsewhere:1")), nothing),
                arguments(new MemberChange.Update(member(N5)), unknown),
                arguments(new MemberChange.Update(member(otherDisk(N2))), unknown),
                arguments(new MemberChange.Update(member(N2)), nothing),
                arguments(new MemberChange.Update(member(N2_ANY)), nothing));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aChangeThatMakesNoSenseIsRefused(MemberChange change, MemberChange.Refusal why) {
        assertThat(Membership.change(BEFORE, change)).isEqualTo(Membership.Changed.refused(why));
    }

    @Test
    void thereIsRoomForSoManyMembersAndNoMore() {
        List<Configuration.Member> observers = new ArrayList<>();
        for (int i = 2; i < Configuration.MAX_MEMBERS; i++) {
            observers.add(at(ReplicaKey.ofNode("m" + i), "m:" + i));
        }
        Configuration oneLeft = new Configuration(ALONE.voters(), observers);
        Configuration full = Membership.change(oneLeft, new MemberChange.Add(member(N2))).configuration().orElseThrow();
        assertThat(full.members()).hasSize(Configuration.MAX_MEMBERS);
        assertThat(Membership.change(full, new MemberChange.Add(member(N3))))
                .isEqualTo(Membership.Changed.refused(MemberChange.Refusal.TOO_MANY_MEMBERS));
    }

    static List<MemberChange> lastVoter() {
        return List.of(new MemberChange.Demote(N1), new MemberChange.Remove(N1));
    }

    @ParameterizedTest
    @MethodSource("lastVoter")
    void theLastVoterStaysOne(MemberChange change) {
        assertThat(Membership.change(ALONE, change))
                .isEqualTo(Membership.Changed.refused(MemberChange.Refusal.WOULD_LOSE_QUORUM));
    }

    @Test
    void aDirectoryIsNamedWhereOnlyTheNodeWas() {
        Configuration unnamed = Configuration.ofVoters(List.of(member(N1), at(N2_ANY, "n2:7000")));
        assertThat(Membership.change(unnamed, new MemberChange.Update(member(N2))).configuration())
                .isEqualTo(Optional.of(Configuration.ofVoters(List.of(member(N1), member(N2)))));
    }

    private static List<Configuration.Member> voters(ReplicaKey... keys) {
        return List.of(keys).stream().map(CoreFixture::member).toList();
    }
}
