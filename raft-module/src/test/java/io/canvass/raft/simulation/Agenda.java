package io.canvass.raft.simulation;

import java.util.PriorityQueue;

/** Virtual time: what is to happen, in the order of time and, at one time, in the order in which it was asked for. */
final class Agenda {
    /** More than this waiting at once is a leak, not a load. */
    static final int MAX_WAITING = 50_000;

    private record Item(long atNanos, long sequence, Runnable action) implements Comparable<Item> {
        @Override
        public int compareTo(Item other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private final PriorityQueue<Item> items = new PriorityQueue<>();
    private long now;
    private long asked;
    private long events;

    long now() {
        return now;
    }

    /** How many events there were: the number by which a failure is found again. */
    long events() {
        return events;
    }

    void in(long delayNanos, Runnable action) {
        at(now + delayNanos, action);
    }

    void at(long atNanos, Runnable action) {
        if (atNanos < now) {
            throw new IllegalArgumentException("It is " + now + " already, too late for " + atNanos);
        }
        if (items.size() >= MAX_WAITING) {
            throw new InvariantViolation("BoundedQueues", "more than " + MAX_WAITING + " events are waiting");
        }
        items.add(new Item(atNanos, ++asked, action));
    }

    /** Lets the next event happen if it is due by then; else the clock goes there, and the answer is no. */
    boolean runNext(long untilNanos) {
        Item next = items.peek();
        if (next == null || next.atNanos() > untilNanos) {
            now = Math.max(now, untilNanos);
            return false;
        }
        items.remove();
        now = next.atNanos();
        events++;
        next.action().run();
        return true;
    }
}
