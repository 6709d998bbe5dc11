package io.canvass.kv.admin;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;

import io.canvass.kv.logging.RequestScope;
import io.canvass.proto.kv.v1.AdminGrpc;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.AdminRequest;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what operators asked of other nodes. It is done here or refused, and never handed on, so that no request goes round in
 * circles.
 */
public final class AdminService extends AdminGrpc.AdminImplBase {
    /** Requests from all peers that are under way; each has a virtual thread. */
    static final int MAX_IN_FLIGHT = 64;

    /** No operator waits longer; the setting has the same bound. */
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(AdminService.class);
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private volatile Optional<Attached> attached = Optional.empty();

    private record Attached(LeaderAdmin leader, UUID clusterId) {}

    AdminService() {}

    /** Called once, when the replica is open. The port is open before: until then every request is refused. */
    void attach(LeaderAdmin leader, UUID clusterId) {
        attached = Optional.of(new Attached(leader, clusterId));
    }

    @Override
    public void ask(AdminRequest request, StreamObserver<AdminReply> responses) {
        Optional<Attached> here = attached;
        if (here.isEmpty()) {
            answer(responses, refused(Refusal.STOPPING, "The node starts and takes no requests yet"));
        } else if (!Uuids.of(request.getClusterId()).equals(Optional.of(here.get().clusterId()))) {
            answer(responses, refused(Refusal.INVALID, "The node belongs to cluster " + here.get().clusterId()
                    + " and takes no requests of another one"));
        } else if (!inFlight.tryAcquire()) {
            answer(responses, refused(Refusal.OVERLOADED, MAX_IN_FLIGHT + " requests of operators are under way"));
        } else {
            Thread.ofVirtual().name("kv-admin").start(() -> {
                try (RequestScope _ = RequestScope.openIfSound(request.getRequestId())) {
                    answer(responses, answered(here.get().leader(), request));
                } finally {
                    inFlight.release();
                }
            });
        }
    }

    private static AdminReply answered(LeaderAdmin leader, AdminRequest request) {
        Duration timeout = Duration.ofMillis(Integer.toUnsignedLong(request.getTimeoutMillis()));
        try {
            return leader.answer(request, timeout.compareTo(MAX_TIMEOUT) < 0 ? timeout : MAX_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused(Refusal.OUTCOME_UNKNOWN, "The leader stopped while it waited");
        } catch (RuntimeException e) {
            LOG.error("A request of an operator failed", e);
            return refused(Refusal.OUTCOME_UNKNOWN, "The leader failed; its log says why");
        }
    }

    private static AdminReply refused(Refusal refusal, String detail) {
        return AdminReply.newBuilder().setRefusal(refusal).setDetail(detail).build();
    }

    private static void answer(StreamObserver<AdminReply> responses, AdminReply reply) {
        try {
            responses.onNext(reply);
            responses.onCompleted();
        } catch (RuntimeException e) {
            LOG.debug("Whoever asked has gone", e);
        }
    }
}
