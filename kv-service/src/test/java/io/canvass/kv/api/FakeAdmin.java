package io.canvass.kv.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import io.canvass.kv.admin.ClusterAdmin;
import io.canvass.kv.admin.Uuids;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.ClusterDescription;
import io.canvass.proto.kv.v1.MemberDescription;
import io.canvass.proto.kv.v1.MemberPromotion;

/** A leader that answers what it was told to answer, and remembers what it was asked. */
public final class FakeAdmin implements ClusterAdmin {
    public static final UUID CLUSTER = new UUID(0x0c2f, 1);
    public static final UUID DIRECTORY = new UUID(0x7d1a, 2);

    private final List<AdminRequest> asked = new ArrayList<>();
    private Supplier<AdminReply> answer = FakeAdmin::done;
    private ClusterDescription cluster = described().build();

    public synchronized void reset() {
        asked.clear();
        answer = FakeAdmin::done;
        cluster = described().build();
    }

    public synchronized void answersBy(Supplier<AdminReply> next) {
        answer = next;
    }

    public synchronized void refuses(AdminReply.Refusal refusal, String detail) {
        AdminReply reply = done().toBuilder().setRefusal(refusal).setDetail(detail).build();
        answer = () -> reply;
    }

    public synchronized void describes(ClusterDescription seen) {
        cluster = seen;
    }

    public synchronized List<AdminRequest> asked() {
        return List.copyOf(asked);
    }

    @Override
    public synchronized AdminReply ask(AdminRequest request, Duration timeout) {
        asked.add(request);
        return answer.get();
    }

    @Override
    public synchronized ClusterDescription describe(Duration timeout) {
        return cluster;
    }

    public static AdminReply done() {
        return AdminReply.newBuilder().setIndex(42).setDetail("All is well").setCluster(described()).build();
    }

    /** kv-2 leads kv-1, which nobody has connected to, and kv-4, an observer. */
    public static ClusterDescription.Builder described() {
        return ClusterDescription.newBuilder()
                .setNodeId("kv-2")
                .setLeads(true)
                .setClusterId(Uuids.bytes(CLUSTER))
                .setLeaderId("kv-2")
                .setEpoch(7)
                .setCommitIndex(5120)
                .setLastIndex(5121)
                .setConfigurationIndex(40)
                .setConfigurationCommitted(true)
                .setConfigurationFormat(2)
                .setVoters(2)
                .setObservers(1)
                .setNeeded(2)
                .setReachable(1)
                .setFailureTolerance(-1)
                .addMembers(MemberDescription.newBuilder()
                        .setId("kv-1").setVoter(true).setAddress("kv-1:9080").setDetail("Connection refused"))
                .addMembers(MemberDescription.newBuilder()
                        .setId("kv-2").setVoter(true).setAddress("kv-2:9080").setUrl("http://kv-2:8080")
                        .setDirectoryId(Uuids.bytes(DIRECTORY)).setConnected(true).setMatchIndex(5121).setLag(0)
                        .setMinVersion(1).setMaxVersion(2))
                .addMembers(MemberDescription.newBuilder()
                        .setId("kv-4").setAddress("kv-4:9080").setPromotion(MemberPromotion.MEMBER_PROMOTION_MANUAL)
                        .setConnected(true).setMatchIndex(5000).setLag(121).setContactMillis(12).setStableMillis(900));
    }
}
