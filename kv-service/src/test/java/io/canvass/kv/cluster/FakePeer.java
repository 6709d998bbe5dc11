package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.CheckGrpc;
import io.canvass.proto.kv.v1.FetchPart;
import io.canvass.proto.kv.v1.FetchRequest;
import io.canvass.proto.kv.v1.LookRequest;
import io.canvass.proto.kv.v1.LookResponse;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;

/** A node that gives its state, on a real socket; kv-1 of {@link NodeOnDisk}'s cluster. */
final class FakePeer implements AutoCloseable {
    private static final String NODE = "kv-1";
    /** Up to here all histories are the same. */
    private static final long COMMON = 30;

    private final KvStore store;
    private final LogBase base;
    private final LoopbackPeers server = new LoopbackPeers();
    private final AtomicInteger fetched = new AtomicInteger();
    private final AtomicBoolean breaks = new AtomicBoolean();

    private FakePeer(Path folder, UUID cluster, long index, long epoch, boolean lies) {
        this.store = KvStore.open(folder.resolve("state"));
        apply(store, index, epoch);
        this.base = new LogBase(
                new LogPosition(epoch, index), Configuration.ofVoters(List.of(NodeOnDisk.member(NODE, "127.0.0.1:1"))));
        CheckService service = new CheckService(Duration.ofSeconds(1), System::nanoTime);
        service.attach(cluster, new OwnState(store, Disks.withRoom()), Runnable::run, this::copyTo, folder.resolve("copies"));
        server.serve(NODE, lies ? thatIgnoresWhatIsNeeded(service) : service);
    }

    static FakePeer holding(Path folder, long index, long epoch) {
        return new FakePeer(folder, NodeOnDisk.CLUSTER, index, epoch, false);
    }

    static FakePeer lying(Path folder, long index, long epoch) {
        return new FakePeer(folder, NodeOnDisk.CLUSTER, index, epoch, true);
    }

    static FakePeer ofAnotherCluster(Path folder) {
        return new FakePeer(folder, new UUID(1, 1), COMMON, NodeOnDisk.EPOCH, false);
    }

    /** What is committed at an index in the history that ends in an epoch. */
    static void apply(KvStore store, long lastIndex, long epoch) {
        for (long index = 1; index <= lastIndex; index++) {
            Entry entry = NodeOnDisk.entry(index, index > COMMON ? epoch : NodeOnDisk.EPOCH);
            store.apply(List.of(entry));
        }
    }

    private LogBase copyTo(Path empty) throws IOException {
        fetched.incrementAndGet();
        store.checkpoint(empty);
        if (breaks.getAndSet(false)) {
            // Is noticed when the first part has left.
            Files.createSymbolicLink(empty.resolve("link"), empty);
        }
        return base;
    }

    private static BindableService thatIgnoresWhatIsNeeded(CheckService service) {
        return new CheckGrpc.CheckImplBase() {
            @Override
            public void look(LookRequest request, StreamObserver<LookResponse> responses) {
                service.look(request, responses);
            }

            @Override
            public void fetch(FetchRequest request, StreamObserver<FetchPart> responses) {
                service.fetch(request.toBuilder().setLeastIndex(0).build(), responses);
            }
        };
    }

    /** How many copies were made for somebody. */
    int fetched() {
        return fetched.get();
    }

    void breaksOffOnce() {
        breaks.set(true);
    }

    String address() {
        return server.addressOf(NODE);
    }

    Map<String, String> asConfigured() {
        return Map.of(NODE, address());
    }

    void kill() throws InterruptedException {
        server.kill(NODE);
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }
}
