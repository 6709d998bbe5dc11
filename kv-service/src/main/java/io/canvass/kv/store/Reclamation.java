package io.canvass.kv.store;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** The thread that removes what is compacted: there is one as long as there is something to remove. */
final class Reclamation {
    private final BooleanSupplier step;
    private final BooleanSupplier isDue;
    private final AtomicBoolean running = new AtomicBoolean();

    /**
     * @param step does a bounded part of it and says whether there is more
     * @param isDue whether there is anything to do
     */
    Reclamation(BooleanSupplier step, BooleanSupplier isDue) {
        this.step = step;
        this.isDue = isDue;
    }

    /** Begins if there is something to do. Not for who holds the lock of the database. */
    void beginIfDue() {
        if (isDue.getAsBoolean()) {
            begin();
        }
    }

    /** Returns at once. Each step is short and waits for nobody but an install or a close. */
    void begin() {
        if (running.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("state-reclaimer").start(this::run);
        }
    }

    private void run() {
        do {
            try {
                while (step.getAsBoolean()) {
                    // Between two steps, whoever waits for the lock of the database goes first.
                }
            } finally {
                running.set(false);
            }
            // An entry that was applied since the last look found the thread still running.
        } while (isDue.getAsBoolean() && running.compareAndSet(false, true));
    }
}
