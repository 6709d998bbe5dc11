package io.canvass.kv.api;

import java.util.ArrayList;
import java.util.List;

import io.canvass.kv.admin.ClusterAlarms;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.proto.kv.v1.Alarm;

/** Members that have the alarms that they were given, and forget those that are only remembered. */
public final class FakeAlarms implements ClusterAlarms {
    private List<Member> members = List.of();
    private boolean overloaded;

    public synchronized void reset() {
        members = List.of(new Member("kv-1", List.of(), List.of(), ""));
        overloaded = false;
    }

    public synchronized void are(Member... seen) {
        members = List.of(seen);
    }

    public synchronized void overloaded() {
        overloaded = true;
    }

    @Override
    public synchronized List<Member> ask(boolean disarm) {
        if (overloaded) {
            throw new ReplicationException(ReplicationException.Reason.OVERLOADED, "16 requests for alarms are under way on this node");
        }
        if (!disarm) {
            return members;
        }
        List<Member> after = new ArrayList<>();
        for (Member member : members) {
            List<Alarm> gone = member.alarms().stream().filter(Alarm::getRemembered).toList();
            List<Alarm> left = member.alarms().stream().filter(alarm -> !alarm.getRemembered()).toList();
            after.add(new Member(member.id(), left, gone, member.silent()));
        }
        members = after.stream().map(member -> new Member(member.id(), member.alarms(), List.of(), member.silent())).toList();
        return after;
    }
}
