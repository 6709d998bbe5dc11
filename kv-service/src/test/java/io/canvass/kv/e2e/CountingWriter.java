package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts up in one key, each step conditional on the ETag of the last. Nobody else writes the key, so it shows a lost
 * step, a step applied twice and a stale read alike.
 */
final class CountingWriter implements Writer {
    private final String key;
    private final List<String> violations = new ArrayList<>();
    /** The last value that is surely there; -1 before the key is created. */
    private long value = -1;

    private String etag = "";
    /** Whether an attempt at the next value may still be applied, or has been. */
    private boolean nextMayBeThere;

    CountingWriter(String key) {
        this.key = key;
    }

    @Override
    public boolean step(Client client) {
        while (client.goesOn()) {
            Http.Reply reply = value < 0
                    ? client.put(key, "0", "If-None-Match", "*")
                    : client.put(key, Long.toString(value + 1), "If-Match", etag);
            switch (reply.outcome()) {
                case ACKNOWLEDGED -> {
                    advance(value + 1, reply.etag());
                    return true;
                }
                case PRECONDITION_FAILED -> {
                    if (lookUp(client)) {
                        return true;
                    }
                }
                case UNKNOWN -> nextMayBeThere = true;
                case NOT_APPLIED -> {
                    // Tried again, on another node.
                }
            }
        }
        return false;
    }

    @Override
    public List<String> violations(Keys keys) {
        List<String> all = new ArrayList<>(violations);
        if (value >= 0) {
            Http.Reply reply = keys.read(key);
            long found = Long.parseLong(reply.body());
            if (found != value && !(nextMayBeThere && found == value + 1)) {
                all.add(key + " was counted up to " + value + " and stands at " + found);
            }
            if (reply.version() != found + 1) {
                all.add(key + " was written " + (found + 1) + " times and has version " + reply.version());
            }
        }
        return all;
    }

    /** The precondition did not hold: then the next value must be there, by an attempt of which nothing was heard. */
    private boolean lookUp(Client client) {
        Http.Reply reply = client.get(key);
        if (!reply.isSuccess()) {
            return false;
        }
        long found = Long.parseLong(reply.body());
        if (found != value + 1 || !nextMayBeThere) {
            violations.add(key + " was read as " + found + " behind " + value + (nextMayBeThere ? " or one more" : ""));
        }
        advance(found, reply.etag());
        return true;
    }

    private void advance(long newValue, String newEtag) {
        value = newValue;
        etag = newEtag;
        // Every earlier attempt demands an ETag that is gone for ever.
        nextMayBeThere = false;
    }
}
