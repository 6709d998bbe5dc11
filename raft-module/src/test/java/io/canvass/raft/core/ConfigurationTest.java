package io.canvass.raft.core;

import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Who belongs to the cluster, and the bytes that say so. */
class ConfigurationTest {
    @Property
    void whatIsEncodedIsDecodedAsItWas(@ForAll("configurations") Configuration configuration) {
        assertThat(Configuration.decode(configuration.encode())).isEqualTo(configuration);
    }

    @Property
    void bytesThatAreCutShortOrTooLongAreRefused(
            @ForAll("configurations") Configuration configuration, @ForAll @IntRange(max = 1000) int place) {
        byte[] bytes = configuration.encode().array();
        byte[] cut = Arrays.copyOf(bytes, place % bytes.length);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + place % 10);

        assertThatIllegalArgumentException().isThrownBy(() -> Configuration.decode(Bytes.wrap(cut)));
        assertThatIllegalArgumentException().isThrownBy(() -> Configuration.decode(Bytes.wrap(longer)));
    }

    @Property
    void anyBytesAreDecodedOrRefused(@ForAll byte[] bytes) {
        byte[] known = Arrays.copyOf(bytes, bytes.length + 1);
        known[0] = 1;
        for (byte[] some : List.of(bytes, known)) {
            assertThatCode(() -> decodeOrRefuse(some)).doesNotThrowAnyException();
        }
    }

    private static void decodeOrRefuse(byte[] bytes) {
        try {
            assertThat(Configuration.decode(Bytes.wrap(bytes)).voters()).isNotEmpty();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }

    @Test
    void aFormatOfALaterVersionIsRefused() {
        byte[] bytes = CoreFixture.configurationOf(List.of(N1)).encode().array().clone();
        bytes[0] = 3;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Configuration.decode(Bytes.wrap(bytes)))
                .withMessage("Unknown format of a configuration entry: 3");
    }

    @Test
    void aNodeIsListedOnceAndThereIsAVoter() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Configuration.ofVoters(List.of(member(N1), member(CoreFixture.otherDisk(N1)))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Configuration(List.of(member(N1)), List.of(member(N1))));
        assertThatIllegalArgumentException().isThrownBy(() -> Configuration.ofVoters(List.of()));
    }

    @Test
    void aVoterIsAReplicaAndWithoutADirectoryIdAnyReplicaOfItsNode() {
        Configuration configuration = new Configuration(
                List.of(member(N1), member(ReplicaKey.ofNode("n2"))), List.of(member(N3)));
        assertThat(configuration.isVoter(N1)).isTrue();
        assertThat(configuration.isVoter(CoreFixture.otherDisk(N1))).isFalse();
        assertThat(configuration.isVoter(N2)).isTrue();
        assertThat(configuration.isVoter(CoreFixture.otherDisk(N2))).isTrue();
        assertThat(configuration.isVoter(N3)).isFalse();
        assertThat(configuration.isVoter(ReplicaKey.NONE)).isFalse();
    }

    @Provide
    Arbitrary<Configuration> configurations() {
        Arbitrary<String> names = Arbitraries.strings().alpha().withChars('ä', '日').ofMinLength(1).ofMaxLength(12);
        Arbitrary<UUID> directories = Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
        Arbitrary<Configuration.Member> members = Combinators.combine(
                        names, directories, Arbitraries.strings().ofMaxLength(20).alpha())
                .as((name, directory, address) ->
                        new Configuration.Member(new ReplicaKey(name, directory), address));
        return members.list()
                .ofMinSize(1)
                .ofMaxSize(9)
                .uniqueElements(member -> member.key().nodeId())
                .flatMap(all -> Arbitraries.integers()
                        .between(1, all.size())
                        .map(voters ->
                                new Configuration(all.subList(0, voters), all.subList(voters, all.size()))));
    }
}
