package io.canvass.kv.e2e;

import java.util.List;

/** One way to write, and what may be relied on afterwards. Steps run on one thread; the check when that has ended. */
interface Writer {
    /**
     * Writes once, to the end of that write.
     *
     * @return whether it was acknowledged
     */
    boolean step(Client client);

    /** Every broken promise, as a sentence; empty: none. */
    List<String> violations(Keys keys);
}
