package io.canvass.kv.api.admin;

import java.util.Optional;
import java.util.UUID;

import com.google.protobuf.ByteString;
import io.canvass.kv.admin.Uuids;
import io.canvass.proto.kv.v1.ClusterDescription;
import io.canvass.proto.kv.v1.MemberDescription;
import io.canvass.proto.kv.v1.MemberPromotion;
import tools.jackson.core.JsonGenerator;

/** The JSON of {@code GET /v1/cluster} and of members (docs/api-admin.md). What the answering node cannot know is left out. */
final class ClusterJson {
    private ClusterJson() {}

    static void cluster(JsonGenerator json, ClusterDescription cluster) {
        uuid(json, "clusterId", cluster.getClusterId());
        source(json, cluster);
        leader(json, cluster);
        json.writeNumberProperty("epoch", cluster.getEpoch());
        json.writeNumberProperty("commitIndex", cluster.getCommitIndex());
        json.writeNumberProperty("lastIndex", cluster.getLastIndex());
        json.writeObjectPropertyStart("quorum");
        json.writeNumberProperty("voters", cluster.getVoters());
        json.writeNumberProperty("observers", cluster.getObservers());
        json.writeNumberProperty("needed", cluster.getNeeded());
        json.writeNumberProperty("reachable", cluster.getReachable());
        json.writeEndObject();
        json.writeNumberProperty("failureTolerance", cluster.getFailureTolerance());
        members(json, cluster);
    }

    /** The configuration in force, which may not be committed yet, and its members. */
    static void members(JsonGenerator json, ClusterDescription cluster) {
        json.writeObjectPropertyStart("configuration");
        json.writeNumberProperty("index", cluster.getConfigurationIndex());
        json.writeBooleanProperty("committed", cluster.getConfigurationCommitted());
        if (cluster.getConfigurationFormat() != 0) {
            json.writeNumberProperty("format", cluster.getConfigurationFormat());
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("members");
        for (MemberDescription member : cluster.getMembersList()) {
            json.writeStartObject();
            member(json, cluster, member);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void member(JsonGenerator json, ClusterDescription cluster, MemberDescription member) {
        json.writeStringProperty("id", member.getId());
        json.writeStringProperty("role", role(cluster, member));
        json.writeBooleanProperty("voter", member.getVoter());
        json.writeStringProperty("promote", promotion(member.getPromotion()));
        json.writeStringProperty("address", member.getAddress());
        if (member.getUrl().isEmpty()) {
            json.writeNullProperty("url");
        } else {
            json.writeStringProperty("url", member.getUrl());
        }
        uuid(json, "directoryId", member.getDirectoryId());
        if (!member.getSeenDirectoryId().isEmpty()) {
            uuid(json, "seenDirectoryId", member.getSeenDirectoryId());
        }
        if (member.getMaxVersion() > 0) {
            json.writeObjectPropertyStart("peerProtocol");
            json.writeNumberProperty("min", member.getMinVersion());
            json.writeNumberProperty("max", member.getMaxVersion());
            json.writeEndObject();
        }
        contact(json, member);
    }

    /** From whose memory the rest is. */
    static void source(JsonGenerator json, ClusterDescription cluster) {
        json.writeObjectPropertyStart("source");
        json.writeStringProperty("id", cluster.getNodeId());
        json.writeBooleanProperty("leads", cluster.getLeads());
        json.writeEndObject();
    }

    static void leader(JsonGenerator json, ClusterDescription cluster) {
        String id = cluster.getLeaderId();
        if (id.isEmpty()) {
            json.writeNullProperty("leader");
            return;
        }
        json.writeObjectPropertyStart("leader");
        json.writeStringProperty("id", id);
        cluster.getMembersList().stream()
                .filter(member -> member.getId().equals(id) && !member.getUrl().isEmpty())
                .findFirst()
                .ifPresent(member -> json.writeStringProperty("url", member.getUrl()));
        json.writeEndObject();
    }

    private static void contact(JsonGenerator json, MemberDescription member) {
        json.writeBooleanProperty("connected", member.getConnected());
        if (member.hasContactMillis()) {
            json.writeNumberProperty("lastContactMs", member.getContactMillis());
        }
        if (member.hasStableMillis()) {
            json.writeNumberProperty("stableSinceMs", member.getStableMillis());
        }
        if (member.hasMatchIndex()) {
            json.writeNumberProperty("matchIndex", member.getMatchIndex());
        }
        if (member.hasLag()) {
            json.writeNumberProperty("lag", member.getLag());
        }
        if (!member.getDetail().isEmpty()) {
            json.writeStringProperty("detail", member.getDetail());
        }
    }

    private static String role(ClusterDescription cluster, MemberDescription member) {
        if (member.getId().equals(cluster.getLeaderId())) {
            return "LEADER";
        }
        return member.getVoter() ? "FOLLOWER" : "OBSERVER";
    }

    private static String promotion(MemberPromotion promotion) {
        return promotion == MemberPromotion.MEMBER_PROMOTION_MANUAL ? "manual" : "auto";
    }

    private static void uuid(JsonGenerator json, String name, ByteString bytes) {
        Optional<UUID> id = Uuids.of(bytes);
        if (id.isEmpty()) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, id.get().toString());
        }
    }
}
