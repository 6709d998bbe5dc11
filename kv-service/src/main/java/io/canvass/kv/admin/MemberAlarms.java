package io.canvass.kv.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.admin.ClusterAlarms.Member;
import io.canvass.kv.cluster.NodeAlarms;
import io.canvass.kv.cluster.PeerAccess;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.AlarmsGrpc;
import io.canvass.proto.kv.v1.AlarmsRequest;
import io.canvass.proto.kv.v1.AlarmsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Asks the members of the configuration in force, each for itself: no leader is needed. Waits on the calling thread. */
final class MemberAlarms implements ClusterAlarms {
    /** Requests of operators that are under way on this node. */
    static final int MAX_IN_FLIGHT = 16;

    private final RaftAccess raft;
    private final PeerAccess peers;
    private final NodeAlarms here;
    private final long timeoutMillis;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

    MemberAlarms(RaftAccess raft, PeerAccess peers, NodeAlarms here, long timeoutMillis) {
        this.raft = raft;
        this.peers = peers;
        this.here = here;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public List<Member> ask(boolean disarm) throws InterruptedException {
        if (!inFlight.tryAcquire()) {
            throw new ReplicationException(
                    Reason.OVERLOADED, MAX_IN_FLIGHT + " requests for alarms are under way on this node");
        }
        try {
            return answers(disarm);
        } finally {
            inFlight.release();
        }
    }

    private List<Member> answers(boolean disarm) throws InterruptedException {
        String self = raft.status().self().nodeId();
        Map<String, CompletableFuture<Member>> asked = new TreeMap<>();
        Set<String> others = new TreeSet<>();
        raft.configuration().members().forEach(member -> others.add(member.key().nodeId()));
        others.remove(self);
        AlarmsRequest request = AlarmsRequest.newBuilder()
                .setClusterId(Uuids.bytes(raft.status().clusterId()))
                .setDisarm(disarm)
                .build();
        others.forEach(id -> asked.put(id, askPeer(id, request)));
        AlarmsResponse own = AlarmService.answer(here, disarm);
        asked.put(self, CompletableFuture.completedFuture(said(self, own)));
        List<Member> members = new ArrayList<>();
        for (CompletableFuture<Member> answer : asked.values()) {
            members.add(await(answer));
        }
        return members;
    }

    /** Each has a deadline, so this ends. */
    private static Member await(CompletableFuture<Member> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("It never fails", e);
        }
    }

    private static Member said(String id, AlarmsResponse answer) {
        return new Member(id, answer.getAlarmsList(), answer.getDisarmedList(), "");
    }

    private static Member silent(String id, String why) {
        return new Member(id, List.of(), List.of(), why);
    }

    private CompletableFuture<Member> askPeer(String id, AlarmsRequest request) {
        Answer answer = new Answer(id);
        try {
            AlarmsGrpc.newStub(peers.channelTo(id))
                    .withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS)
                    .tell(request, answer);
        } catch (IllegalArgumentException e) {
            answer.member.complete(silent(id, "it is not known here: " + e.getMessage()));
        }
        return answer.member;
    }

    /** The one answer of a call. */
    private static final class Answer implements StreamObserver<AlarmsResponse> {
        private final String id;
        private final CompletableFuture<Member> member = new CompletableFuture<>();

        private Answer(String id) {
            this.id = id;
        }

        @Override
        public void onNext(AlarmsResponse response) {
            member.complete(said(id, response));
        }

        @Override
        public void onError(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            String detail = status.getDescription() == null ? "" : ", " + status.getDescription();
            member.complete(silent(id, switch (status.getCode()) {
                case UNIMPLEMENTED -> "its version tells no alarms over the peer port";
                case DEADLINE_EXCEEDED -> "it did not answer in time";
                default -> status.getCode() + detail;
            }));
        }

        @Override
        public void onCompleted() {
            member.complete(silent(id, "it ended the request without an answer"));
        }
    }
}
