package io.canvass.kv.admin;

import java.util.List;

import io.canvass.kv.cluster.Statuses;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.admin.Situations.CURRENCY;
import static io.canvass.kv.admin.Situations.lost;
import static io.canvass.kv.admin.Situations.peer;
import static org.assertj.core.api.Assertions.assertThat;

/** Whether a node may be stopped: a majority of voters must stay that are there and not far behind. */
class CurrencyTest {
    @Test
    void ofThreeCurrentVotersOneMayStop() {
        Currency.Judgement judgement = CURRENCY.ifStopped(Situations.leader(), "kv-2");
        assertThat(judgement.safe()).isTrue();
        assertThat(judgement.reason())
                .isEqualTo("Stopping kv-2 leaves 2 of 3 voters current (kv-0, kv-1), and 2 are needed");
    }

    @Test
    void theLeaderMayStopWhereTheOthersAreAMajority() {
        assertThat(CURRENCY.ifStopped(Situations.leader(), "kv-1").safe()).isTrue();
    }

    @Test
    void aVoterThatIsFarBehindDoesNotCount() {
        RaftStatus status = Situations.leader(peer(0, 3920), peer(2, 5120), peer(4, 5120));
        Currency.Judgement judgement = CURRENCY.ifStopped(status, "kv-2");
        assertThat(judgement.safe()).isFalse();
        assertThat(judgement.reason()).isEqualTo("kv-0 is 1200 entries behind, and 1000 may be; stopping kv-2 leaves 1 of 3"
                + " voters current (kv-1), and 2 are needed");
        assertThat(CURRENCY.ifStopped(status, "kv-0").safe()).isTrue();
        assertThat(CURRENCY.ifStopped(Situations.leader(peer(0, 4120), peer(2, 5120)), "kv-2").safe())
                .as("1000 behind")
                .isTrue();
    }

    @Test
    void aVoterThatIsNotThereDoesNotCount() {
        Currency.Judgement judgement = CURRENCY.ifStopped(Situations.leader(lost(0), peer(2, 5120)), "kv-2");
        assertThat(judgement.safe()).isFalse();
        assertThat(judgement.reason()).startsWith("kv-0 is not connected (Connection refused); stopping kv-2 leaves 1 of 3");
        assertThat(CURRENCY.ifStopped(Situations.leader(peer(0, 5120, 200, Statuses.replica(0)), peer(2, 5120)), "kv-2").reason())
                .startsWith("kv-0 was last heard 200 ms ago");
        assertThat(CURRENCY.ifStopped(Situations.leader(peer(0, 5120, 199, Statuses.replica(0)), peer(2, 5120)), "kv-2").safe())
                .isTrue();
        assertThat(CURRENCY.ifStopped(Situations.leader(peer(2, 5120)), "kv-2").reason())
                .startsWith("kv-0 was not heard from yet");
    }

    @Test
    void whoIsMissingAlreadyMayBeStoppedWhereTheRestIsAMajority() {
        assertThat(CURRENCY.ifStopped(Situations.leader(lost(0), peer(2, 5120)), "kv-0").safe()).isTrue();
    }

    @Test
    void theOnlyVoterMayNotStop() {
        Currency.Judgement judgement = CURRENCY.ifStopped(Situations.alone(), "kv-1");
        assertThat(judgement.safe()).isFalse();
        assertThat(judgement.reason()).isEqualTo("Stopping kv-1 leaves 0 of 1 voters current, and 1 is needed");
    }

    @Test
    void anObserverMayStopUnlessTheVotersAreInTroubleWithoutIt() {
        assertThat(CURRENCY.ifStopped(Situations.leader(), "kv-4").reason())
                .isEqualTo("Without kv-4, which does not vote, there are 3 of 3 voters current (kv-0, kv-1, kv-2), and 2 are"
                        + " needed");
        assertThat(CURRENCY.ifStopped(Situations.leader(lost(0), lost(2)), "kv-4").safe()).isFalse();
    }

    @Test
    void aRefusalForWantOfAMajorityNamesThoseWhoAreMissing() {
        assertThat(CURRENCY.missing(Situations.leader(peer(0, 5120), lost(2)), List.of("kv-1", "kv-2")))
                .isEqualTo("After it the voters would be kv-1, kv-2, of which 2 must answer; but kv-2 is not connected (Connection"
                        + " refused)");
        assertThat(CURRENCY.missing(Situations.alone(), List.of())).startsWith("It is the last voter");
    }
}
