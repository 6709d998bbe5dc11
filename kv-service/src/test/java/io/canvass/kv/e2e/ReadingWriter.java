package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;

/** Overwrites one key, and reads it back after each write: a read that does not show the last write is stale, or it was lost. */
final class ReadingWriter implements Writer {
    private final String key;
    private final List<String> violations = new ArrayList<>();
    /** Sent last; what is there may be this or, if no answer came, the one before. */
    private long sent;

    private long acknowledged;

    ReadingWriter(String key) {
        this.key = key;
    }

    @Override
    public boolean step(Client client) {
        sent++;
        Http.Outcome outcome = client.put(key, Long.toString(sent)).outcome();
        if (outcome != Http.Outcome.ACKNOWLEDGED) {
            return false;
        }
        acknowledged = sent;
        Http.Reply read = client.get(key);
        if (read.isSuccess() && Long.parseLong(read.body()) != sent) {
            violations.add(key + " was read as " + read.body() + " after " + sent + " was acknowledged");
        }
        return true;
    }

    @Override
    public List<String> violations(Keys keys) {
        List<String> all = new ArrayList<>(violations);
        long found = acknowledged == 0 ? 0 : Long.parseLong(keys.read(key).body());
        if (found < acknowledged || found > sent) {
            all.add(key + " was acknowledged as " + acknowledged + ", sent as " + sent + " and stands at " + found);
        }
        return all;
    }
}
