package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.CheckGrpc;
import io.canvass.proto.kv.v1.FetchBase;
import io.canvass.proto.kv.v1.FetchPart;
import io.canvass.proto.kv.v1.FetchRequest;
import io.canvass.proto.kv.v1.LookRequest;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.runtime.StateFiles;
import io.canvass.raft.storage.StoreInspection;
import io.canvass.raft.transport.PeerSecurity;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;

/** Asks one peer for a copy of its state: the other end of {@link StateSender}. For one thread. */
final class StateReceiver {
    /** Who does not answer a question from memory for so long would not give its state either. */
    private static final Duration ANSWER = Duration.ofSeconds(5);
    /** A peer that hangs in the middle is given up after this and {@link #ANSWER}. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private static final Duration TRANSFER = Duration.ofMinutes(30);

    private final ByteString clusterId;
    private final long leastIndex;
    private final int maxMessageBytes;
    private final HealingTrace trace;
    private final PeerSecurity security;

    StateReceiver(StoreInspection log, int maxMessageBytes, HealingTrace trace, PeerSecurity security) {
        this.security = security;
        this.clusterId = CheckService.bytes(log.identity().clusterId());
        this.leastIndex = log.begin().index();
        this.maxMessageBytes = maxMessageBytes;
        this.trace = trace;
    }

    /**
     * @param nodeId who is there
     * @param address {@code host:port}
     * @param copy is made; must not exist
     * @return what the copy stands for: all of it is on the disk then
     * @throws IOException if what came is broken or of no use, or cannot be written
     * @throws io.grpc.StatusRuntimeException if the peer does not answer or refuses
     * @throws IllegalArgumentException if that is no address, or what came is nothing that this version reads
     */
    LogBase receive(String nodeId, String address, Path copy) throws IOException {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + address, security.towards(nodeId))
                // Peers are reached directly: a proxy set for the JVM's HTTP must not come between them.
                .proxyDetector(_ -> null)
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(maxMessageBytes)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(ANSWER.toMillis()))
                .keepAliveTime(SILENCE.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS)
                .build();
        try {
            CheckGrpc.CheckBlockingStub peer = CheckGrpc.newBlockingStub(channel);
            peer.withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS)
                    .look(LookRequest.newBuilder().setClusterId(clusterId).setIndex(leastIndex).build());
            return received(
                    peer.withDeadlineAfter(TRANSFER.toMinutes(), TimeUnit.MINUTES)
                            .fetch(FetchRequest.newBuilder()
                                    .setClusterId(clusterId)
                                    .setLeastIndex(leastIndex)
                                    .build()),
                    copy);
        } finally {
            channel.shutdownNow();
        }
    }

    private LogBase received(Iterator<FetchPart> parts, Path copy) throws IOException {
        Optional<LogBase> base = Optional.empty();
        try (StateFiles.Receiver files = new StateFiles.Receiver(copy)) {
            while (parts.hasNext()) {
                FetchPart part = parts.next();
                if (part.hasBase()) {
                    base = Optional.of(base(part.getBase()));
                } else {
                    files.take(Bytes.wrap(part.getData().toByteArray()));
                }
                trace.reached(HealingTrace.Step.PART_RECEIVED);
            }
            if (base.isEmpty() || !files.isComplete()) {
                throw new IOException("its copy ended too soon");
            }
        }
        long index = base.get().position().index();
        if (index < leastIndex) {
            throw new IOException("its copy ends at index " + index + ", and this node's log begins after " + leastIndex);
        }
        return base.get();
    }

    private static LogBase base(FetchBase base) {
        return new LogBase(
                new LogPosition(base.getEpoch(), base.getIndex()),
                Configuration.decode(Bytes.wrap(base.getConfiguration().toByteArray())));
    }
}
