package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The story of a run, for people. Written only on request: a run that fails is run again with it. */
final class Trace {
    private final boolean on;
    private final Agenda agenda;
    private final List<String> lines = new ArrayList<>();

    Trace(boolean on, Agenda agenda) {
        this.on = on;
        this.agenda = agenda;
    }

    boolean isOn() {
        return on;
    }

    void add(String who, String what) {
        double timeouts = (double) agenda.now() / RunOptions.TIMEOUT_NANOS;
        lines.add(String.format(Locale.ROOT, "%7d %9.5fT %-3s %s", agenda.events(), timeouts, who, what));
    }

    List<String> lines() {
        return lines;
    }

    List<String> last(int count) {
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }
}
