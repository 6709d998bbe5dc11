package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.append;
import static org.assertj.core.api.Assertions.assertThat;

/** Entries handed to apply out of memory: all that were asked for, or none. */
class CachedEntriesTest {
    /** Entries 1 to 3 are from before the start, on disk alone; 4 and 5 are in memory. */
    private final CoreFixture replica = Stands.followerThatHeard(voters(3));

    CachedEntriesTest() {
        replica.request(N2, append(5, at(3, 2), 0, command(4, 5), command(5, 5)));
    }

    @Test
    void entriesInMemoryAreHandedOutFromTheFirstToTheLastThatIsAskedFor() {
        assertThat(replica.core.cachedEntries(4, 5)).containsExactly(command(4, 5), command(5, 5));
        assertThat(replica.core.cachedEntries(4, 4)).containsExactly(command(4, 5));
        assertThat(replica.core.cachedEntries(5, 5)).containsExactly(command(5, 5));
    }

    @Test
    void ifOneIsNotInMemoryNoneIsHandedOut() {
        assertThat(replica.core.cachedEntries(3, 5)).isEmpty();
        assertThat(replica.core.cachedEntries(4, 6)).isEmpty();
        assertThat(replica.core.cachedEntries(1, 3)).isEmpty();
    }
}
