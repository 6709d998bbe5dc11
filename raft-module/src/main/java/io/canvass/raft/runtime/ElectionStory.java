package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.core.VoteRefusal;

/** Elections in words, for the log and for health: the one place of these words. */
public final class ElectionStory {
    private static final long TWO_SECONDS_MILLIS = 2000;

    private ElectionStory() {}

    static String of(Election election) {
        StringBuilder text = new StringBuilder(beginning(election));
        for (Election.Step step : election.steps()) {
            text.append(' ').append(text(election, step));
        }
        return text.append(' ').append(ending(election)).toString();
    }

    /** Its number, and why it began. */
    static String beginning(Election election) {
        return "Election " + election.number() + " as " + election.self() + " saw it: " + why(election) + '.';
    }

    private static String why(Election election) {
        String led = election.formerLeader() + ", leader of epoch " + election.formerEpoch() + ", ";
        String ledHere = election.self() + " led epoch " + election.formerEpoch() + " and ";
        String by = election.by();
        return switch (election.cause()) {
            case STARTED -> election.self() + " started, in epoch " + election.formerEpoch();
            case LEADER_SILENT -> led + "was not heard for " + length(election.contactAgeMillis());
            case LEADER_RESIGNED -> led + "resigned";
            case TRANSFER_ORDERED -> led + "ordered " + election.self() + " to take over";
            case OTHER_TAKES_OVER -> led + "ordered " + by + " to take over, which asked for votes";
            case OTHER_CAMPAIGNS -> by + " asked for votes in a higher epoch than " + election.formerEpoch() + ", that of "
                    + election.formerLeader() + ", " + heard(election);
            case OTHER_LEADS -> "the word of " + by + " came, which leads since " + led + heard(election);
            case HIGHER_EPOCH -> by + " answered with a higher epoch than " + election.formerEpoch() + ", that of "
                    + election.formerLeader();
            case QUORUM_LOST -> ledHere + "resigned, for no majority answered: the last one "
                    + length(election.contactAgeMillis()) + " ago";
            case DISK_STALLED -> ledHere + "resigned, for its disk did not finish a write in time";
            case STORAGE_FAILED -> ledHere + "stops, for its store failed";
            case RESIGNED -> ledHere + "was asked to resign";
            case REMOVED -> ledHere + "resigned, being no voter any more";
        };
    }

    private static String heard(Election election) {
        if (election.formerLeader().equals(election.self())) {
            return "which is " + election.self() + " itself";
        }
        return election.contactAgeMillis() < 0
                ? "never heard since the start"
                : "last heard " + length(election.contactAgeMillis()) + " ago";
    }

    private static String text(Election election, Election.Step step) {
        String after = "After " + length(step.afterMillis()) + ", ";
        return switch (step) {
            case Election.Step.Asked asked -> after + text(asked) + '.';
            case Election.Step.Voted voted -> after + election.self() + " voted for "
                    + voted.candidate().nodeId() + " in epoch " + voted.epoch() + '.';
        };
    }

    private static String text(Election.Step.Asked asked) {
        RoundSummary round = asked.round();
        List<String> answers = new ArrayList<>();
        if (!asked.grantedBy().isEmpty()) {
            answers.add("yes of " + String.join(", ", asked.grantedBy()));
        }
        round.refusedBy().forEach((node, why) -> answers.add("no of " + node + " (" + describe(why) + ")"));
        if (!asked.unanswered().isEmpty()) {
            answers.add("no answer of " + String.join(", ", asked.unanswered()));
        }
        String epoch = round.phase() == RoundSummary.Phase.VOTE ? "epoch " + round.epoch() + "; " : "";
        return describe(round) + " (" + epoch + String.join("; ", answers) + ")";
    }

    private static String ending(Election election) {
        String omitted = election.omittedSteps() == 0 ? "" : "(" + election.omittedSteps() + " rounds in between left out.) ";
        if (!election.isOver()) {
            return omitted + "No leader yet, in epoch " + election.epoch() + '.';
        }
        String after = omitted + "After " + length(election.tookMillis()) + ", ";
        if (election.leader().equals(election.self())) {
            return after + election.self() + " leads epoch " + election.epoch() + '.';
        }
        boolean same = election.leader().equals(election.formerLeader()) && election.epoch() == election.formerEpoch();
        return after + election.self() + (same ? " hears " + election.leader() + " again, which leads epoch " + election.epoch()
                + " as before." : " follows " + election.leader() + ", the leader of epoch " + election.epoch() + '.');
    }

    /** Which round it was, how it ended, and how many of how many votes it got. */
    public static String describe(RoundSummary round) {
        String phase = switch (round.phase()) {
            case PRE_VOTE -> "pre-vote";
            case VOTE -> "vote";
        };
        return phase + " round " + round.id().sequence() + " " + describe(round.ending()) + ": " + round.granted() + " of "
                + round.needed() + " needed";
    }

    public static String describe(RoundSummary.Ending ending) {
        return switch (ending) {
            case WON -> "won";
            case LOST -> "lost";
            case TIMED_OUT -> "timed out";
            case ENDED_BY_LEADER_CONTACT -> "ended by contact from a leader";
            case HIGHER_EPOCH -> "ended by a higher epoch";
            case GUARD_REFUSED -> "won too late to be used";
            case UNSUPPORTED_VERSION -> "answered by a peer that knows no pre-vote";
            case VOTED_FOR_OTHER -> "ended by a vote for another node";
            case LEADER_NAMED -> "ended by the name of a leader";
            case TRANSFER -> "ended by a transfer of leadership";
        };
    }

    /** As said to the one that asked. */
    public static String describe(VoteRefusal refusal) {
        return switch (refusal) {
            case NONE -> "no reason given";
            case LEADER_ALIVE -> "its leader is alive";
            case LOG_BEHIND -> "this node's log is behind its own";
            case EPOCH_STALE -> "this node's epoch is behind its own";
            case JUST_STARTED -> "it has just started";
            case ALREADY_VOTED -> "it has voted for another node";
            case LEADER_KNOWN -> "it knows a leader of this epoch";
            case INVALID -> "it takes this node for a stranger, or is not the voter that this node means";
        };
    }

    private static String length(long millis) {
        return millis < TWO_SECONDS_MILLIS ? millis + " ms" : millis / 1000 + " s";
    }
}
