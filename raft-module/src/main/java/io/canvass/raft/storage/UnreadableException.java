package io.canvass.raft.storage;

/**
 * What is stored cannot be used. Caught where the directory is known, and told to the operator as a {@link
 * StorageException}.
 */
final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why not simply "start empty": HAZARDS E1. Why not without the log alone: what was applied of it would be ahead of it. */
    static final String REPLACE = "Keep this directory as it is for analysis. If every other voter is running and has"
            + " caught up with the leader, move it away together with the state that was applied from it, which is all of"
            + " the node's data directory, and start this node without them: it joins as a new replica, and is sent"
            + " everything by the leader. While another voter is down or behind, do not: a voter that has lost its log could"
            + " help to elect a leader that lacks committed entries.";

    private static final String UPGRADE = "Start this node with that version of Canvass, or a newer one.";

    private final String whatToDo;

    private UnreadableException(String what, String whatToDo) {
        super(what);
        this.whatToDo = whatToDo;
    }

    /** @param what half a sentence: "log entry 7 fails its checksum" */
    static UnreadableException damaged(String what) {
        return new UnreadableException(what, REPLACE);
    }

    /** @param what half a sentence, which names the version if it is known */
    static UnreadableException newer(String what) {
        return new UnreadableException(what, UPGRADE);
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String whatToDo() {
        return whatToDo;
    }
}
