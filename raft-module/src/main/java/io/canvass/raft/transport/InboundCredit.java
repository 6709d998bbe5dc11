package io.canvass.raft.transport;

/**
 * What one stream has delivered and not got back: bounded in messages and in bytes, so that a slow core stops the
 * sender instead of filling the heap (HAZARDS F11). Safe for any thread.
 */
final class InboundCredit {
    static final int MAX_UNRELEASED_MESSAGES = 64;

    /** The last message may go beyond it. */
    static final long MAX_UNRELEASED_BYTES = 32 << 20;

    private final long maxBytes;
    private int messages;
    private long bytes;
    private boolean withheld;

    /** @param maxBytes delivered and not released; the last message may go beyond it */
    InboundCredit(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Called for a message about to be delivered. Whether the next may be asked for; if not, a release says when. */
    synchronized boolean hold(int size) {
        if (withheld) {
            throw new IllegalStateException("A message came that was not asked for");
        }
        messages++;
        bytes += size;
        withheld = isSpent();
        return !withheld;
    }

    /** Whether one message is to be asked for now, since none was when this credit was spent. */
    synchronized boolean release(int size) {
        if (messages < 1 || bytes < size) {
            throw new IllegalStateException("More was released than delivered");
        }
        messages--;
        bytes -= size;
        if (withheld && !isSpent()) {
            withheld = false;
            return true;
        }
        return false;
    }

    private boolean isSpent() {
        return messages >= MAX_UNRELEASED_MESSAGES || bytes >= maxBytes;
    }
}
