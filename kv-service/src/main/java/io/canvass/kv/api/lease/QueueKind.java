package io.canvass.kv.api.lease;

import io.canvass.proto.kv.v1.LockSpace;

/** Locks and elections: the same queue under two names, in the words of each. */
public enum QueueKind {
    LOCK("/v1/locks/", "lock", "owner", LockSpace.LOCK),
    ELECTION("/v1/elections/", "election", "candidate", LockSpace.ELECTION);

    private final String root;
    private final String noun;
    private final String claimant;
    private final LockSpace space;

    QueueKind(String root, String noun, String claimant, LockSpace space) {
        this.root = root;
        this.noun = noun;
        this.claimant = claimant;
        this.space = space;
    }

    /** The path in front of the name. */
    public String root() {
        return root;
    }

    String noun() {
        return noun;
    }

    /** What who holds it, or waits for it, is called: also the name of a member. */
    String claimant() {
        return claimant;
    }

    LockSpace space() {
        return space;
    }
}
