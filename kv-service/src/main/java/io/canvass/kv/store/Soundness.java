package io.canvass.kv.store;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.rocksdb.RocksDBException;

/**
 * Whether the state may be used: not once damage was found, and not written to once a write failed, for what memory holds is not
 * known then. Thread-safe.
 */
final class Soundness {
    private final DamageMark damage;
    private volatile Optional<String> failure = Optional.empty();

    /** @throws DamagedStateException if the state was found damaged before */
    Soundness(Path root) {
        damage = new DamageMark(root);
        damage.requireAbsent();
    }

    boolean isSound() {
        return failure.isEmpty() && damage.finding().isEmpty();
    }

    /** @throws DamagedStateException if damage was found */
    void requireReadable() {
        damage.requireNone();
    }

    /** @throws StoreException if a write failed, or damage was found */
    void requireWritable() {
        requireReadable();
        if (failure.isPresent()) {
            throw new StoreException(failure.get());
        }
    }

    /** Damage that this use meets takes the state out of service. */
    <T> T watch(Supplier<T> use) {
        try {
            return use.get();
        } catch (DamagedStateException e) {
            found(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** @param what a sentence */
    void found(String what) {
        damage.found(what);
    }

    Optional<String> damage() {
        return damage.finding();
    }

    void onDamage(Consumer<String> listener) {
        damage.listen(listener);
    }

    /** Refuses further writes, unless they are refused already. */
    void refuseWrites(String why) {
        if (isSound()) {
            failure = Optional.of(why);
        }
    }

    /** What to throw where a write failed; nothing is written any more then. */
    StoreException failed(String what, Exception cause) {
        if (cause instanceof RocksDBException e && Database.isDamage(e)) {
            return new DamagedStateException(what + ": " + e.getMessage() + ".", e);
        }
        String sentence = what + ": " + cause.getMessage() + ". The state store takes no more writes. See to the disk"
                + " and start the node again: it replays its log.";
        failure = Optional.of(sentence);
        return new StoreException(sentence, cause);
    }
}
