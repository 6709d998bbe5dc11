package io.canvass.kv.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StateSample;
import io.canvass.proto.kv.v1.LookResponse;
import io.canvass.proto.kv.v1.TellRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node says of itself when states are compared, and what it does about the result. Thread-safe. */
final class OwnState {
    private static final Logger LOG = LoggerFactory.getLogger(OwnState.class);

    private final KvStore store;
    private final SpaceGuard space;

    OwnState(KvStore store, SpaceGuard space) {
        this.store = store;
        this.space = space;
    }

    long appliedIndex() {
        return store.state().appliedIndex();
    }

    /** From memory. */
    LookResponse look(long index) {
        LookResponse.Builder response = LookResponse.newBuilder();
        hashes(List.of(index)).forEach((at, hash) -> response.addSamples(message(at, hash)));
        space.ownShortage().ifPresent(response::setDiskAlarm);
        return response.build();
    }

    /** Hashes by index: at those that are asked for, as far as they are remembered, and at some others. */
    Map<Long, Long> hashes(Iterable<Long> indices) {
        Map<Long, Long> hashes = new HashMap<>();
        for (StateSample sample : store.samples()) {
            hashes.put(sample.index(), sample.hash());
        }
        for (long index : indices) {
            store.hashAt(index).ifPresent(hash -> hashes.put(index, hash));
        }
        return hashes;
    }

    /**
     * Takes this node's state out of service, if it is what was spoken of, and differs from what a majority has. Waits for
     * the disk.
     *
     * @return whether it did
     */
    boolean judged(TellRequest told) {
        long index = told.getYours().getIndex();
        Optional<Long> own = store.hashAt(index);
        boolean spokenOf = own.isPresent() && own.get() == told.getYours().getHash();
        boolean differs = told.hasMajority()
                && told.getMajority().getIndex() == index
                && told.getMajority().getHash() != told.getYours().getHash();
        if (!spokenOf || !differs) {
            LOG.warn("{} said what does not fit this node's state: {}", told.getFrom(), told.getFinding());
            return false;
        }
        store.condemn(told.getFinding());
        return true;
    }

    static io.canvass.proto.kv.v1.StateSample message(long index, long hash) {
        return io.canvass.proto.kv.v1.StateSample.newBuilder().setIndex(index).setHash(hash).build();
    }
}
