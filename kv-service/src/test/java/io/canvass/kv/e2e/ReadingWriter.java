package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * Overwrites a key, and reads it back after each write: a read that does not show the last write is stale, or it was lost. A write of
 * which nothing was heard may be applied at any later time, over newer ones: its key is not used any more.
 */
final class ReadingWriter implements Writer {
    private final String name;
    private final List<Register> registers = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    /** One key, and what is known of it. */
    private static final class Register {
        private final String key;
        /** The number of the last write that was acknowledged; 0: none. */
        private long acknowledged;
        /** Sent last; the same, unless nothing was heard of it. */
        private long sent;

        Register(String key) {
            this.key = key;
        }
    }

    ReadingWriter(String name) {
        this.name = name;
    }

    @Override
    public boolean step(Client client) {
        if (registers.isEmpty() || registers.getLast().sent != registers.getLast().acknowledged) {
            registers.add(new Register(Keys.name(name, registers.size())));
        }
        Register register = registers.getLast();
        long next = register.acknowledged + 1;
        Http.Outcome outcome = client.put(register.key, Long.toString(next)).outcome();
        if (outcome == Http.Outcome.UNKNOWN) {
            register.sent = next;
        }
        if (outcome != Http.Outcome.ACKNOWLEDGED) {
            return false;
        }
        register.sent = next;
        register.acknowledged = next;
        Http.Reply read = client.get(register.key);
        if (read.isSuccess() && !read.body().equals(Long.toString(next))) {
            violations.add(register.key + " was read as " + read.body() + " after " + next + " was acknowledged");
        }
        return true;
    }

    @Override
    public List<String> violations(Keys keys) {
        List<String> all = new ArrayList<>(violations);
        for (Register register : registers) {
            if (register.acknowledged > 0) {
                long found = Long.parseLong(keys.read(register.key).body());
                if (found != register.acknowledged && found != register.sent) {
                    all.add(register.key + " was acknowledged as " + register.acknowledged + ", sent as " + register.sent
                            + " and stands at " + found);
                }
            }
        }
        return all;
    }
}
