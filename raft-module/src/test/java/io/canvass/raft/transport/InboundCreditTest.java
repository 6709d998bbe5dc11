package io.canvass.raft.transport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class InboundCreditTest {
    private final InboundCredit credit = new InboundCredit(InboundCredit.MAX_UNRELEASED_BYTES);

    @Test
    void messagesAreAskedForUntilTheirBoundAndAgainOnceOneIsReleased() {
        for (int i = 1; i < InboundCredit.MAX_UNRELEASED_MESSAGES; i++) {
            assertThat(credit.hold(1)).isTrue();
        }
        assertThat(credit.hold(1)).isFalse();
        assertThat(credit.release(1)).isTrue();
        assertThat(credit.release(1)).isFalse();
    }

    @Test
    void bytesAreBoundedToo() {
        int half = (int) (InboundCredit.MAX_UNRELEASED_BYTES / 2);
        assertThat(credit.hold(half)).isTrue();
        assertThat(credit.hold(half)).isFalse();
        assertThat(credit.release(half)).isTrue();
    }

    @Test
    void aMessageThatWasNotAskedForIsAFault() {
        assertThat(credit.hold(Integer.MAX_VALUE)).isFalse();
        assertThatThrownBy(() -> credit.hold(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void releasingMoreThanWasDeliveredIsAFault() {
        assertThatThrownBy(() -> credit.release(0)).isInstanceOf(IllegalStateException.class);
        credit.hold(1);
        assertThatThrownBy(() -> credit.release(2)).isInstanceOf(IllegalStateException.class);
    }
}
