package io.canvass.kv.cluster;

import java.util.List;

/** Something that may need an operator. From memory; thread-safe. */
@FunctionalInterface
public interface Alarms {
    /** Each a code in capitals, a colon, and a sentence without its full stop. */
    List<String> current();
}
