package io.canvass.kv.cluster;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.LeaseRemaining;
import io.canvass.proto.kv.v1.LeasesGrpc;
import io.canvass.proto.kv.v1.RemainingRequest;
import io.canvass.proto.kv.v1.RemainingResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Tells other nodes how long leases have left, while this one leads. */
public final class LeaseService extends LeasesGrpc.LeasesImplBase {
    private final LeaseTimes times;
    private volatile Optional<ByteString> clusterId = Optional.empty();

    LeaseService(LeaseTimes times) {
        this.times = times;
    }

    /** Called once, when the replica is open. The port is open before: until then all is refused. */
    void attach(UUID cluster) {
        clusterId = Optional.of(CheckService.bytes(cluster));
    }

    @Override
    public void remaining(RemainingRequest request, StreamObserver<RemainingResponse> responses) {
        Optional<Status> refused = refusal(request);
        if (refused.isPresent()) {
            responses.onError(refused.get().asRuntimeException());
            return;
        }
        RemainingResponse.Builder response = RemainingResponse.newBuilder();
        for (long lease : request.getLeaseList()) {
            OptionalLong nanos = times.remainingNanos(lease);
            if (nanos.isPresent()) {
                response.addLeases(LeaseRemaining.newBuilder()
                        .setLease(lease)
                        .setMillis(TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong())));
            }
        }
        responses.onNext(response.build());
        responses.onCompleted();
    }

    private Optional<Status> refusal(RemainingRequest request) {
        if (clusterId.isEmpty()) {
            return Optional.of(Status.UNAVAILABLE.withDescription("The node starts"));
        }
        if (!clusterId.get().equals(request.getClusterId())) {
            return Optional.of(Status.FAILED_PRECONDITION.withDescription("The node belongs to another cluster"));
        }
        return request.getLeaseCount() > LeaseDeadlines.MAX_LEASES
                ? Optional.of(Status.INVALID_ARGUMENT.withDescription(
                        "At most " + LeaseDeadlines.MAX_LEASES + " leases are told at once"))
                : Optional.empty();
    }
}
