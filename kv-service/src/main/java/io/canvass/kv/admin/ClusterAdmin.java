package io.canvass.kv.admin;

import java.time.Duration;

import io.canvass.kv.cluster.ReplicationException;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.ClusterDescription;

/** An operator's requests, from any node. Thread-safe. */
public interface ClusterAdmin {
    /**
     * Has the leader do what is asked, and waits for its answer on the calling thread. While no leader is known, or the one that is
     * known cannot begin, it is asked again, up to {@code timeout}; never after it may have begun.
     *
     * @param request without a cluster id and a timeout, which are filled in
     * @return the leader's answer; its refusal is none of those after which another try may help
     * @throws ReplicationException if no leader answered in time: its reason says whether the change may have happened
     */
    AdminReply ask(AdminRequest request, Duration timeout) throws InterruptedException;

    /**
     * The cluster as its leader sees it, or, where no leader answers at once, as this node does; the answer says which.
     *
     * @param timeout most time that the leader is given
     */
    ClusterDescription describe(Duration timeout) throws InterruptedException;
}
