package io.canvass.raft.exploration;

import org.jspecify.annotations.Nullable;

/**
 * One thing that may happen next.
 *
 * @param replica the number of the replica to which it happens
 * @param flight the message that arrives or is lost, or null
 * @param slow whether the disk leaves undone what the step asks it for
 * @param number that of the message; or how many writes are done, or survive a crash
 */
record Choice(Kind kind, int replica, @Nullable Flight flight, boolean slow, int number) {
    enum Kind {
        /** A message arrives. */
        DELIVER('d'),
        /** It arrives, and will do so once more. */
        REPEAT('r'),
        /** It is lost. */
        LOSE('l'),
        /** The clock reaches what the core waits for, and that is handled. */
        TIMER('t'),
        /** The clock reaches what comes next, and that is not handled yet. */
        PAUSE('p'),
        /** The disk does the oldest of its writes. */
        SYNC('s'),
        /** A crash, and a start from what is durable. */
        RESTART('c'),
        PROPOSE('w'),
        RESIGN('q');

        final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        boolean takesMessage() {
            return this == DELIVER || this == REPEAT || this == LOSE;
        }
    }

    static Choice of(Kind kind, int replica) {
        return new Choice(kind, replica, null, false, 0);
    }

    static Choice of(Kind kind, int replica, int number) {
        return new Choice(kind, replica, null, false, number);
    }

    static Choice of(Kind kind, Flight flight, int number) {
        return new Choice(kind, Cluster.numberOf(flight.to()), flight, false, number);
    }

    Choice withSlowDisk() {
        return new Choice(kind, replica, flight, true, number);
    }

    Flight requireFlight() {
        if (flight == null) {
            throw new IllegalStateException(kind + " is about a message");
        }
        return flight;
    }
}
