package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Creates keys that nobody else writes, and repeats each write until it knows what became of it.
 * {@code If-None-Match: *} makes that safe: it is refused where an earlier attempt was applied after all.
 */
final class CreatingWriter implements Writer {
    private final String name;
    private final List<Integer> acknowledged = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int next;

    CreatingWriter(String name) {
        this.name = name;
    }

    @Override
    public boolean step(Client client) {
        int number = next++;
        String key = Keys.name(name, number);
        boolean mayBeThere = false;
        while (client.goesOn()) {
            switch (client.put(key, value(number), "If-None-Match", "*").outcome()) {
                case ACKNOWLEDGED -> {
                    acknowledged.add(number);
                    return true;
                }
                case PRECONDITION_FAILED -> {
                    if (!mayBeThere) {
                        violations.add(key + " was refused as existing, though no attempt may have been applied");
                    }
                    acknowledged.add(number);
                    return true;
                }
                case UNKNOWN -> mayBeThere = true;
                case NOT_APPLIED -> {
                    // Tried again, on another node.
                }
            }
        }
        return false;
    }

    @Override
    public List<String> violations(Keys keys) {
        Map<String, Keys.Entry> found = keys.read(name, next);
        List<String> all = new ArrayList<>(violations);
        for (int number : acknowledged) {
            String key = Keys.name(name, number);
            Keys.Entry entry = found.get(key);
            if (entry == null) {
                all.add(key + " was acknowledged and is lost");
            } else if (entry.version() != 1 || !entry.value().equals(value(number))) {
                all.add(key + " was written once and is " + entry);
            }
        }
        return all;
    }

    private String value(int number) {
        return name + " wrote " + number;
    }
}
