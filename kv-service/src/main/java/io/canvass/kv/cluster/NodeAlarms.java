package io.canvass.kv.cluster;

import java.util.List;

import io.canvass.proto.kv.v1.Alarm;

/** All that this node would have an operator look at. From memory; thread-safe. */
public interface NodeAlarms {
    List<Alarm> alarms();

    /**
     * Forgets what is only remembered, because somebody has seen it. What is still so stays.
     *
     * @return what was forgotten
     */
    List<Alarm> disarm();
}
