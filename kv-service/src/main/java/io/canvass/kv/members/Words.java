package io.canvass.kv.members;

import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.MemberChange.Refusal;

/** Changes of the members, for people. */
final class Words {
    private Words() {}

    static String wanted(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> "To add " + add.member().key() + " as an observer";
            case MemberChange.Promote promote -> "To make " + promote.member() + " a voter";
            case MemberChange.Demote demote -> "To make " + demote.member() + " an observer";
            case MemberChange.Remove remove -> "To remove " + remove.member();
            case MemberChange.Replace replace ->
                "To put " + replace.by().key() + " in the place of " + replace.lost() + ", as an observer";
            case MemberChange.Update update -> "To write down what is known of " + update.member().key();
        };
    }

    static String done(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> "Added " + add.member().key() + " as an observer";
            case MemberChange.Promote promote -> promote.member() + " is a voter now";
            case MemberChange.Demote demote -> demote.member() + " is an observer now";
            case MemberChange.Remove remove -> "Removed " + remove.member();
            case MemberChange.Replace replace ->
                replace.by().key() + " has taken the place of " + replace.lost() + ", as an observer";
            case MemberChange.Update update -> "Wrote down what is known of " + update.member().key();
        };
    }

    static String why(Refusal refusal) {
        return switch (refusal) {
            case CHANGE_PENDING -> "another change of the members is not committed yet";
            case NO_COMMIT_IN_EPOCH -> "the leader has committed nothing yet";
            case WOULD_LOSE_QUORUM -> "of those that would vote then, no majority is heard from";
            case ALREADY_A_MEMBER -> "a node of this name is a member already";
            case NOT_A_MEMBER -> "it is no member";
            case NOTHING_TO_DO -> "that is so already";
            case TOO_FAR_BEHIND -> "it is too far behind";
            case TOO_MANY_MEMBERS -> "there are as many members as there may be";
            case OLD_VERSION -> "not all members are known to read it, for some run an older version";
            case TRANSFERRING -> "leadership is being handed over";
        };
    }
}
