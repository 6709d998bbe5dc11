package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes keys that nobody else writes, each by one request without any precondition that is never repeated. So a second
 * version can only come from the cluster itself; and where it was said that a write was not applied, none may appear.
 */
final class PlainWriter implements Writer {
    private static final String VALUE = "once";

    private final String name;
    /** By the number of the key. */
    private final List<Http.Outcome> outcomes = new ArrayList<>();

    PlainWriter(String name) {
        this.name = name;
    }

    @Override
    public boolean step(Client client) {
        Http.Outcome outcome = client.put(Keys.name(name, outcomes.size()), VALUE).outcome();
        outcomes.add(outcome);
        return outcome == Http.Outcome.ACKNOWLEDGED;
    }

    @Override
    public List<String> violations(Keys keys) {
        Map<String, Keys.Entry> found = keys.read(name, outcomes.size());
        List<String> all = new ArrayList<>();
        for (int number = 0; number < outcomes.size(); number++) {
            String key = Keys.name(name, number);
            Keys.Entry entry = found.get(key);
            if (entry != null && entry.version() != 1) {
                all.add(key + " was sent once and applied " + entry.version() + " times");
            }
            switch (outcomes.get(number)) {
                case ACKNOWLEDGED -> {
                    if (entry == null) {
                        all.add(key + " was acknowledged and is lost");
                    }
                }
                case NOT_APPLIED -> {
                    if (entry != null) {
                        all.add(key + " was said not to be applied and is there");
                    }
                }
                case PRECONDITION_FAILED -> all.add(key + " was refused for a precondition that was not set");
                case UNKNOWN -> {
                    // Either is right.
                }
            }
        }
        return all;
    }
}
