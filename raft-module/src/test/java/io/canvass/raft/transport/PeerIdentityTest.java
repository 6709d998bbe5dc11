package io.canvass.raft.transport;

import java.util.List;

import io.canvass.raft.transport.TestAuthority.Issued;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PeerIdentityTest {
    private final TestAuthority authority = new TestAuthority("ca");

    private static PeerIdentity identity(String... forms) {
        return new PeerIdentity(List.of(forms));
    }

    @Test
    void aDnsNameIsANodeId() {
        assertThat(identity("dns:{id}").nodeIds(authority.issue("kv-1", "kv-2").certificate()))
                .containsExactly("kv-1", "kv-2");
    }

    @Test
    void aSuffixIsNoPartOfTheNodeId() {
        PeerIdentity identity = identity("dns:{id}.kv.example.net");
        Issued issued = authority.issue("kv-1.kv.example.net", "kv-2", ".kv.example.net", "kv-3.example.net");
        assertThat(identity.nodeIds(issued.certificate()))
                .containsExactly("kv-1");
    }

    @Test
    void aUriNamesANodeAndADnsNameOfTheSameLettersDoesNot() {
        PeerIdentity identity = identity("uri:spiffe://example.net/kv/{id}");
        Issued issued = authority.issueForUris("spiffe://example.net/kv/kv-1", "spiffe://example.net/other/kv-2");
        assertThat(identity.nodeIds(issued.certificate()))
                .containsExactly("kv-1");
        assertThat(identity("dns:{id}").nodeIds(authority.issueForUris("kv-1").certificate())).isEmpty();
    }

    @Test
    void anyOfSeveralFormsCounts() {
        PeerIdentity identity = identity("dns:{id}.old.net", "dns:{id}.new.net");
        assertThat(identity.nodeIds(authority.issue("kv-1.new.net", "kv-2.old.net").certificate()))
                .containsExactly("kv-1", "kv-2");
    }

    /** A certificate for all hosts of a domain would else speak for every node. */
    @Test
    void aWildcardStandsForNoNode() {
        Issued issued = authority.issue("*.kv.example.net");
        PeerCertificate shown = PeerCertificate.of(issued.certificate(), identity("dns:{id}.kv.example.net"));
        assertThat(shown.speaksFor("kv-1")).isFalse();
    }

    @Test
    void namesAreComparedLetterByLetter() {
        PeerCertificate shown = PeerCertificate.of(authority.issue("KV-1").certificate(), identity("dns:{id}"));
        assertThat(shown.speaksFor("kv-1")).isFalse();
        assertThat(shown.speaksFor("KV-1")).isTrue();
    }

    @Test
    void aCertificateWithoutAlternativeNamesIsNobodys() {
        assertThat(identity("dns:{id}").nodeIds(authority.issue().certificate())).isEmpty();
    }

    @Test
    void whatIsNoFormIsRefused() {
        for (String wrong : List.of("{id}", "dns:kv", "ip:{id}", "dns:{id}.{id}", "")) {
            assertThatThrownBy(() -> identity(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + wrong + "\"");
        }
        assertThatThrownBy(() -> identity()).hasMessageContaining("no form");
    }
}
