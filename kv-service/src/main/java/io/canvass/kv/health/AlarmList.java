package io.canvass.kv.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.canvass.proto.kv.v1.Alarm;
import io.canvass.raft.runtime.RaftStatus;

/** What an operator should look at, though it takes nothing out of service by itself (docs/api-admin.md, Alarms). */
final class AlarmList {
    private static final String MARK = ": ";

    private AlarmList() {}

    /**
     * @param seenMessages how many refused messages an operator has seen
     * @param others each a code, a colon and a sentence ({@link io.canvass.kv.cluster.Alarms})
     */
    static List<Alarm> of(Condition condition, long seenMessages, List<String> others) {
        RaftStatus status = condition.status();
        List<Alarm> alarms = new ArrayList<>();
        condition.damage().ifPresent(what -> alarms.add(alarm("CORRUPT", what)));
        condition.stuck().ifPresent(what -> alarms.add(alarm("STUCK", what)));
        if (condition.stuck().isEmpty() && status.stalledWriteMillis() > condition.limits().electionTimeoutMillis()) {
            alarms.add(alarm("DISK_SLOW", "A write has waited for the disk for " + Ages.text(status.stalledWriteMillis())));
        }
        strangeMessages(status, seenMessages).ifPresent(alarms::add);
        others.stream().map(AlarmList::parsed).forEach(alarms::add);
        return alarms;
    }

    /** It is over, so only who saw it can end it. */
    static Optional<Alarm> strangeMessages(RaftStatus status, long seen) {
        long unseen = status.refusedMessages() - seen;
        return unseen > 0
                ? Optional.of(alarm(
                                "STRANGE_MESSAGES", unseen + " messages came that a sound peer of this cluster never sends")
                        .toBuilder()
                        .setRemembered(true)
                        .build())
                : Optional.empty();
    }

    /** As health shows it. */
    static String text(Alarm alarm) {
        return alarm.getCode() + MARK + alarm.getDetail();
    }

    private static Alarm parsed(String text) {
        int mark = text.indexOf(MARK);
        return alarm(text.substring(0, mark), text.substring(mark + MARK.length()));
    }

    private static Alarm alarm(String code, String detail) {
        return Alarm.newBuilder().setCode(code).setDetail(detail).build();
    }
}
