package io.canvass.raft.exploration;

import java.util.Locale;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;

/** What makes a state worth a look: an exploration that never comes to such states proves nothing of them. */
enum Sight {
    LEADER,
    LEADER_OF_THE_SECOND_EPOCH,
    TWO_LEADERS_AT_ONCE,
    EVERYBODY_PROSPECTIVE,
    RESIGNED_LEADER,
    ENTRY_OF_AN_EPOCH_COMMITTED,
    LOGS_IN_CONFLICT,
    WRITE_LEFT_UNDONE,
    JUST_STARTED,
    /** The grant of a round that leader contact has ended is on its way, and the asker follows that leader. */
    STALE_GRANT_AFTER_CONTACT,
    /** The same for an asker that has a newer round open. */
    STALE_GRANT_IN_A_NEWER_ROUND,
    /** A grant of the open round is on its way, and its timer has run out, but that has not been handled. */
    GRANT_AFTER_THE_TIMER,
    VOTE_REQUEST_OF_A_DEAD_CANDIDATE;

    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    boolean isIn(Space space, int[] state) {
        return switch (this) {
            case LEADER -> count(space, state, Role.Leader.class) > 0;
            case TWO_LEADERS_AT_ONCE -> count(space, state, Role.Leader.class) > 1;
            case EVERYBODY_PROSPECTIVE -> count(space, state, Role.Prospective.class) == Cluster.VOTERS;
            case RESIGNED_LEADER -> count(space, state, Role.Resigned.class) > 0;
            case LEADER_OF_THE_SECOND_EPOCH -> space.history(state).leaders().size() > 1;
            case ENTRY_OF_AN_EPOCH_COMMITTED -> space.history(state).committed().stream().anyMatch(Sight::isOfALeader);
            case LOGS_IN_CONFLICT -> logsConflict(space, state);
            case WRITE_LEFT_UNDONE -> anyReplica(space, state, replica -> !replica.writes().isEmpty());
            case JUST_STARTED -> anyReplica(space, state, Replica::isJustStarted);
            case STALE_GRANT_AFTER_CONTACT ->
                anyGrant(space, state, (asker, current) -> !current
                        && asker.role() instanceof Role.Follower follower
                        && follower.heardFromLeader());
            case STALE_GRANT_IN_A_NEWER_ROUND ->
                anyGrant(space, state, (asker, current) -> !current && asker.role() instanceof Role.Prospective);
            case GRANT_AFTER_THE_TIMER ->
                anyGrant(space, state, (asker, current) -> current
                        && asker.role() instanceof Role.Prospective
                        && asker.role().electionTimer().hasRunOut(asker.clock()));
            case VOTE_REQUEST_OF_A_DEAD_CANDIDATE -> anyFlight(space, state, flight -> flight.unanswerable()
                    && flight.message() instanceof Message.VoteRequest request
                    && !request.preVote());
        };
    }

    private interface OfReplica {
        boolean holds(Replica replica);
    }

    private interface OfGrant {
        boolean holds(Replica asker, boolean ofItsRound);
    }

    private interface OfFlight {
        boolean holds(Flight flight);
    }

    private static int count(Space space, int[] state, Class<? extends Role> role) {
        int count = 0;
        for (int number = 0; number < Cluster.VOTERS; number++) {
            if (role.isInstance(space.replica(state, number).role())) {
                count++;
            }
        }
        return count;
    }

    private static boolean anyReplica(Space space, int[] state, OfReplica what) {
        for (int number = 0; number < Cluster.VOTERS; number++) {
            if (what.holds(space.replica(state, number))) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyFlight(Space space, int[] state, OfFlight what) {
        for (int place = Space.FLIGHTS; place < state.length; place++) {
            if (what.holds(space.flight(state, place))) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyGrant(Space space, int[] state, OfGrant what) {
        return anyFlight(space, state, flight -> flight.message() instanceof Message.VoteResponse answer
                && answer.preVote()
                && answer.granted()
                && what.holds(
                        space.replica(state, Cluster.numberOf(flight.to())),
                        answer.round().equals(Naming.CURRENT_ROUND)));
    }

    private static boolean isOfALeader(Entry entry) {
        return entry.kind() == EntryKind.LEADER_CHANGE;
    }

    private static boolean logsConflict(Space space, int[] state) {
        for (int a = 0; a < Cluster.VOTERS; a++) {
            for (int b = 0; b < a; b++) {
                Replica one = space.replica(state, a);
                Replica other = space.replica(state, b);
                for (int i = 0; i < Math.min(one.log().size(), other.log().size()); i++) {
                    if (one.log().get(i).epoch() != other.log().get(i).epoch()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
