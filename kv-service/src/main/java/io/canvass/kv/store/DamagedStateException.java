package io.canvass.kv.store;

import io.canvass.raft.storage.Damage;

/** The state is not what was stored, or not what the other replicas have: it takes no writes and answers no reads. */
public final class DamagedStateException extends StoreException implements Damage {
    private static final long serialVersionUID = 1L;

    DamagedStateException(String message) {
        super(message);
    }

    DamagedStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
