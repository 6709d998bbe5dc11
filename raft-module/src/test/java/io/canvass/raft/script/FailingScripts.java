package io.canvass.raft.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.canvass.raft.planted.Finding;

/**
 * Runs scripts on whatever core is loaded beside it: on one with a planted fault. Takes their names, or none for all;
 * the first that fails is named, and the line whose expectation fails, or that it is only what it prints that differs.
 */
public final class FailingScripts implements Function<List<String>, List<String>> {
    @Override
    public List<String> apply(List<String> names) {
        try {
            List<String> scripts = names.isEmpty() ? ScriptsTest.scripts() : names;
            List<String> failing = new ArrayList<>();
            for (String script : scripts) {
                String failure = failureOf(script);
                if (!failure.isEmpty()) {
                    failing.add(script + failure);
                }
            }
            return finding(failing, scripts.size()).lines();
        } catch (IOException e) {
            throw new UncheckedIOException("The scripts cannot be read", e);
        }
    }

    private static Finding finding(List<String> failing, int scripts) {
        return failing.isEmpty()
                ? Finding.missed("none of " + scripts)
                : Finding.caught(failing.getFirst() + " (" + failing.size() + ")");
    }

    private static String failureOf(String script) throws IOException {
        List<String> lines = Files.readAllLines(ScriptsTest.FOLDER.resolve(script + ScriptsTest.SCRIPT));
        String kept = Files.readString(ScriptsTest.FOLDER.resolve(script + ScriptsTest.TRANSCRIPT));
        try {
            String printed = String.join("\n", ScriptRunner.run(lines)) + "\n";
            return printed.equals(kept) ? "" : ", prints something else";
        } catch (ScriptException e) {
            String message = String.valueOf(e.getMessage());
            int end = message.indexOf(',');
            return " " + (end < 0 ? "throws" : message.substring(0, end));
        }
    }
}
