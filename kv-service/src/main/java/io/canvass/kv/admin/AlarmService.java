package io.canvass.kv.admin;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.canvass.kv.cluster.NodeAlarms;
import io.canvass.proto.kv.v1.Alarm;
import io.canvass.proto.kv.v1.AlarmsGrpc;
import io.canvass.proto.kv.v1.AlarmsRequest;
import io.canvass.proto.kv.v1.AlarmsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells other nodes what this one would have an operator look at. */
public final class AlarmService extends AlarmsGrpc.AlarmsImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmService.class);
    private volatile Optional<Attached> attached = Optional.empty();

    private record Attached(NodeAlarms alarms, UUID clusterId) {}

    AlarmService() {}

    /** Called once, when the replica is open. The port is open before: until then all is refused. */
    void attach(NodeAlarms alarms, UUID clusterId) {
        attached = Optional.of(new Attached(alarms, clusterId));
    }

    @Override
    public void tell(AlarmsRequest request, StreamObserver<AlarmsResponse> responses) {
        Optional<Attached> here = attached;
        if (here.isEmpty()) {
            responses.onError(Status.UNAVAILABLE.withDescription("The node starts").asRuntimeException());
        } else if (!Uuids.of(request.getClusterId()).equals(Optional.of(here.get().clusterId()))) {
            responses.onError(Status.FAILED_PRECONDITION
                    .withDescription("The node belongs to another cluster")
                    .asRuntimeException());
        } else {
            responses.onNext(answer(here.get().alarms(), request.getDisarm()));
            responses.onCompleted();
        }
    }

    static AlarmsResponse answer(NodeAlarms alarms, boolean disarm) {
        List<Alarm> disarmed = disarm ? alarms.disarm() : List.of();
        if (!disarmed.isEmpty()) {
            LOG.info("An operator has seen, and this node forgets: {}",
                    disarmed.stream().map(alarm -> alarm.getCode() + " (" + alarm.getDetail() + ")").toList());
        }
        return AlarmsResponse.newBuilder().addAllAlarms(alarms.alarms()).addAllDisarmed(disarmed).build();
    }
}
