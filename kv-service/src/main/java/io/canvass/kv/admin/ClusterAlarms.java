package io.canvass.kv.admin;

import java.util.List;

import io.canvass.proto.kv.v1.Alarm;

/** What the members of the cluster would have an operator look at. Thread-safe. */
public interface ClusterAlarms {
    /**
     * Asks all members at once, this node among them, and waits for the slowest; two seconds at most.
     *
     * @param disarm whether each is to forget what it only remembers
     * @throws io.canvass.kv.cluster.ReplicationException if too many ask already; nobody was asked then
     */
    List<Member> ask(boolean disarm) throws InterruptedException;

    /**
     * What one member said.
     *
     * @param alarms that it has now
     * @param disarmed those that it forgot at this request
     * @param silent why it said nothing, a clause; empty if it did. A request to forget may have reached it all the same
     */
    record Member(String id, List<Alarm> alarms, List<Alarm> disarmed, String silent) {
        public Member {
            alarms = List.copyOf(alarms);
            disarmed = List.copyOf(disarmed);
        }
    }
}
