package io.canvass.raft.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/** Remembers the commands it applied, in memory only: a restart replays the whole log. Answers with the number of commands. */
final class RecordingMachine implements StateMachine<Integer> {
    private final List<String> commands = new ArrayList<>();
    private long appliedIndex;
    private boolean failing;

    synchronized List<String> commands() {
        return List.copyOf(commands);
    }

    synchronized void failFromNowOn() {
        failing = true;
    }

    @Override
    public synchronized long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public synchronized List<Integer> apply(List<Entry> entries) {
        List<Integer> answers = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.index() != appliedIndex + 1) {
                throw new IllegalStateException("Entry " + entry.index() + " after " + appliedIndex);
            }
            appliedIndex = entry.index();
            if (entry.kind() == EntryKind.COMMAND) {
                if (failing) {
                    throw new IllegalStateException("This machine was told to fail");
                }
                commands.add(entry.data().toUtf8());
            }
            answers.add(commands.size());
        }
        return answers;
    }

    /** Memory is as durable as it gets here: a restart begins anew, but the log does not. */
    @Override
    public synchronized long flush() {
        return appliedIndex;
    }

    @Override
    public synchronized void checkpoint(Path directory) {
        try {
            List<String> lines = new ArrayList<>(List.of(Long.toString(appliedIndex)));
            lines.addAll(commands);
            Files.write(directory.resolve("commands"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void install(Path directory) {
        try {
            List<String> lines = Files.readAllLines(directory.resolve("commands"));
            appliedIndex = Long.parseLong(lines.getFirst());
            commands.clear();
            commands.addAll(lines.subList(1, lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {}
}
