package io.canvass.raft.core;

import java.util.Arrays;
import java.util.HexFormat;
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
        byte[] newest = known.clone();
        newest[0] = 2;
        for (byte[] some : List.of(bytes, known, newest)) {
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

    private static final UUID DIRECTORY = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final ReplicaKey A = new ReplicaKey("a", DIRECTORY);

    @Test
    void whatSaysWhoAndWhereOnlyIsWrittenAsItAlwaysWas() {
        Configuration plain = new Configuration(
                List.of(new Configuration.Member(A, "a:1")),
                List.of(new Configuration.Member(ReplicaKey.ofNode("b"), "b:2")));
        assertThat(plain.format()).isEqualTo(1);
        assertThat(HexFormat.of().formatHex(plain.encode().array()))
                .isEqualTo("01" + "0001" + "0001" + "61" + "0102030405060708090a0b0c0d0e0f10" + "0003" + "613a31"
                        + "0001" + "0001" + "62" + "00000000000000000000000000000000" + "0003" + "623a32");
    }

    @Test
    void oneMemberThatSaysMoreOfItselfMakesItTheNextFormat() {
        Configuration full = new Configuration(
                List.of(new Configuration.Member(A, "a:1", "u", Configuration.Promotion.MANUAL, (short) 1, (short) 2)),
                List.of(new Configuration.Member(ReplicaKey.ofNode("b"), "b:2")));
        assertThat(full.format()).isEqualTo(2);
        assertThat(HexFormat.of().formatHex(full.encode().array()))
                .isEqualTo("02" + "0001" + "0001" + "61" + "0102030405060708090a0b0c0d0e0f10" + "0003" + "613a31"
                        + "0001" + "75" + "01" + "0001" + "0002"
                        + "0001" + "0001" + "62" + "00000000000000000000000000000000" + "0003" + "623a32"
                        + "0000" + "00" + "0000" + "0000");
        byte[] unknown = full.encode().array().clone();
        unknown[1 + 2 + 3 + 16 + 5 + 3] = 2;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Configuration.decode(Bytes.wrap(unknown)))
                .withMessage("Unknown way of promotion of a member: 2");
    }

    @Test
    void aMemberSaysNothingThatCannotBe() {
        String long4096 = "x".repeat(Configuration.Member.MAX_TEXT_BYTES);
        assertThat(new Configuration.Member(A, long4096).address()).isEqualTo(long4096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Configuration.Member(A, long4096 + "x"))
                .withMessage("The address of a member has at most 4096 bytes, not 4097");
        for (short[] range : new short[][] {{-1, 0}, {2, 1}, {0, -1}}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Configuration.Member(
                            A, "a:1", "", Configuration.Promotion.AUTO, range[0], range[1]));
        }
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
        Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(20).alpha();
        Arbitrary<Configuration.Member> plain = Combinators.combine(names, directories, texts)
                .as((name, directory, address) ->
                        new Configuration.Member(new ReplicaKey(name, directory), address));
        Arbitrary<Configuration.Member> full = Combinators.combine(
                        plain, texts, Arbitraries.of(Configuration.Promotion.values()), Arbitraries.shorts().between((short) 0, Short.MAX_VALUE))
                .as((member, url, promotion, version) -> new Configuration.Member(
                        member.key(), member.address(), url, promotion, (short) (version / 2), version));
        Arbitrary<Configuration.Member> members = Arbitraries.oneOf(plain, full);
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
