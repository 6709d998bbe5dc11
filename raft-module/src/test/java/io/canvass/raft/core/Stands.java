package io.canvass.raft.core;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.voteGranted;

/**
 * Brings a replica of three voters into each role by what really leads there. All end in epoch 5, at or after one
 * election timeout from the start, everything durable, and with a timer that has not run out.
 */
final class Stands {
    /** When a timer of the start runs out. */
    static final long FIRST_TIMEOUT = FULL;

    private Stands() {}

    static CoreFixture unattached(CoreFixture.Builder builder) {
        return builder.start().at(T);
    }

    /** Remembers n2 as the leader, from before its start. */
    static CoreFixture unattachedWithHint(CoreFixture.Builder builder) {
        return builder.stored(5, NONE, N2).start().at(T);
    }

    static CoreFixture votedForN2(CoreFixture.Builder builder) {
        CoreFixture fixture = builder.epoch(4).start().at(T);
        fixture.request(N2, vote(5, at(100, 4)));
        fixture.persisted();
        return fixture;
    }

    static CoreFixture prospective(CoreFixture.Builder builder) {
        CoreFixture fixture = builder.start();
        fixture.timeReached(FIRST_TIMEOUT);
        return fixture;
    }

    /** Canvasses, and remembers n2 as the leader, from before its start. */
    static CoreFixture prospectiveWithHint(CoreFixture.Builder builder) {
        return prospective(builder.stored(5, NONE, N2));
    }

    static CoreFixture candidate(CoreFixture.Builder builder) {
        CoreFixture fixture = prospective(builder.epoch(4));
        fixture.response(N2, fixture.asked(N2), preVoteGranted(4, NONE, fixture.round().id()));
        fixture.persisted();
        return fixture;
    }

    static CoreFixture leader(CoreFixture.Builder builder) {
        CoreFixture fixture = candidate(builder);
        fixture.response(N2, fixture.asked(N2), voteGranted(5, fixture.round().id()));
        fixture.persisted();
        return fixture;
    }

    /** Follows n2, which it heard at T. */
    static CoreFixture followerThatHeard(CoreFixture.Builder builder) {
        CoreFixture fixture = builder.start().at(T);
        fixture.request(N2, heartbeat(5));
        fixture.persisted();
        return fixture;
    }

    /** Follows n2, of which it only has word. */
    static CoreFixture followerThatDidNotHear(CoreFixture.Builder builder) {
        CoreFixture fixture = prospective(builder);
        fixture.response(N2, fixture.asked(N2), preVoteRefused(5, N2, fixture.round().id()));
        fixture.persisted();
        return fixture;
    }

    static CoreFixture resigned(CoreFixture.Builder builder) {
        CoreFixture fixture = leader(builder);
        fixture.resign();
        return fixture;
    }

    /** The leader of five voters, in epoch 5, elected by n2 and n3; sessions 1 to 4 are those of n2 to n5. */
    static CoreFixture leaderOfFive() {
        CoreFixture fixture = prospective(CoreFixture.voters(5).epoch(4));
        fixture.response(N2, fixture.asked(N2), preVoteGranted(4, NONE, fixture.round().id()));
        fixture.response(N3, fixture.asked(N3), preVoteGranted(4, NONE, fixture.round().id()));
        fixture.persisted();
        fixture.response(N2, fixture.asked(N2), voteGranted(5, fixture.round().id()));
        fixture.response(N3, fixture.asked(N3), voteGranted(5, fixture.round().id()));
        fixture.persisted();
        return fixture;
    }
}
