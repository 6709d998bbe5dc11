package io.canvass.raft.simulation;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.Round;
import io.canvass.raft.core.StoredState;

/**
 * Faults that a run can be given on purpose, between the core and the world, to show that the observers see them. Observers are
 * told what really happened; only the replica is lied to.
 */
enum PlantedFault {
    NONE,

    /** Votes and vote requests leave before they are durable. */
    VOTE_NOT_AWAITED {
        @Override
        boolean leavesAtOnce(Effect.Send send) {
            return send.message() instanceof Message.VoteResponse || send.message() instanceof Message.VoteRequest;
        }
    },

    /** Answers of followers leave before what they vouch for is durable. */
    APPEND_NOT_AWAITED {
        @Override
        boolean leavesAtOnce(Effect.Send send) {
            return send.message() instanceof Message.AppendResponse;
        }
    },

    /** Every candidate's log passes for the longest. */
    LOG_NOT_COMPARED {
        @Override
        Input tamper(SimulatedReplica replica, Input input) {
            if (input instanceof Input.Received received && received.message() instanceof Message.VoteRequest asked) {
                long epoch = asked.preVote() ? asked.epoch() : asked.epoch() - 1;
                return with(received, received.correlation(), new Message.VoteRequest(
                        asked.clusterId(),
                        asked.to(),
                        asked.epoch(),
                        new LogPosition(Math.max(epoch, 0), Long.MAX_VALUE),
                        asked.preVote(),
                        asked.round(),
                        asked.transfer()));
            }
            return input;
        }
    },

    /** An answer to a pre-vote counts in whatever round is open when it arrives. */
    OLD_ROUND_COUNTED {
        @Override
        Input tamper(SimulatedReplica replica, Input input) {
            if (input instanceof Input.Received received
                    && received.message() instanceof Message.VoteResponse answer
                    && answer.preVote()
                    && replica.core().role() instanceof Role.Prospective prospective) {
                Round open = prospective.round();
                Long correlation = open.requests().get(received.from().nodeId());
                return correlation == null ? input : with(received, correlation, new Message.VoteResponse(
                        answer.epoch(),
                        answer.leader(),
                        answer.granted(),
                        true,
                        open.id(),
                        answer.error(),
                        answer.refusal()));
            }
            return input;
        }
    },

    /** A leader counts itself for entries that its disk has not synced yet. */
    LEADER_COUNTS_UNSYNCED {
        @Override
        boolean reportsBeforeSync(SimulatedReplica replica) {
            return replica.core().role() instanceof Role.Leader;
        }
    },

    /** A restart does not know whom it voted for. */
    VOTE_FORGOTTEN {
        @Override
        StoredState tamper(StoredState stored) {
            HardState state = stored.hardState();
            return new StoredState(
                    stored.boot(),
                    new HardState(state.epoch(), ReplicaKey.NONE, state.leader()),
                    stored.base(),
                    stored.epochs(),
                    stored.lastIndex(),
                    stored.configurations(),
                    stored.appliedIndex(),
                    stored.joined());
        }
    },

    /** A start does not remember that it may have promised its leader something. */
    START_GRANTS_AT_ONCE {
        @Override
        long startedAgoNanos() {
            return RunOptions.TIMEOUT_NANOS;
        }
    },

    /** Any answer of a follower confirms all reads that wait. */
    READ_CONFIRMED_BY_OLD_ANSWER {
        @Override
        Input tamper(SimulatedReplica replica, Input input) {
            if (input instanceof Input.Received received && received.message() instanceof Message.AppendResponse answer) {
                return with(received, received.correlation(), new Message.AppendResponse(
                        answer.epoch(),
                        answer.leader(),
                        answer.session(),
                        Long.MAX_VALUE,
                        answer.sentAtNanos(),
                        answer.result(),
                        answer.promiseNanos()));
            }
            return input;
        }
    },

    /** A follower vouches for its whole log instead of for what the message proved. */
    MATCHED_BEYOND_THE_MESSAGE {
        @Override
        Message said(SimulatedReplica replica, Message message) {
            if (message instanceof Message.AppendResponse answer
                    && answer.result() instanceof Message.AppendResult.Matched) {
                return new Message.AppendResponse(
                        answer.epoch(),
                        answer.leader(),
                        answer.session(),
                        answer.readSequence(),
                        answer.sentAtNanos(),
                        new Message.AppendResult.Matched(replica.memory().size()),
                        answer.promiseNanos());
            }
            return message;
        }
    };

    boolean leavesAtOnce(Effect.Send send) {
        return false;
    }

    Input tamper(SimulatedReplica replica, Input input) {
        return input;
    }

    StoredState tamper(StoredState stored) {
        return stored;
    }

    Message said(SimulatedReplica replica, Message message) {
        return message;
    }

    boolean reportsBeforeSync(SimulatedReplica replica) {
        return false;
    }

    /** For how long a replica believes to be up when it starts. */
    long startedAgoNanos() {
        return 0;
    }

    private static Input with(Input.Received received, long correlation, Message message) {
        return new Input.Received(received.nowNanos(), received.from(), received.lane(), correlation, message);
    }
}
