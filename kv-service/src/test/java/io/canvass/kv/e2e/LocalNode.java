package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** One node in a JVM of its own. Its process is ended by {@link #close}, whatever state it is in. */
final class LocalNode implements AutoCloseable {
    /** Generous, for two cores may have to start three JVMs and run the load at once. */
    static final Duration START_LIMIT = Duration.ofMinutes(4);

    private static final Duration END_LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int SHOWN_LINES = 80;

    private final NodeSettings settings;
    private final Path folder;
    private final Map<String, String> environment;
    private Http http = new Http(Duration.ofSeconds(2));
    private List<String> application;
    private @Nullable Process process;

    /** @param folder for the log, and the working directory of the process */
    LocalNode(NodeSettings settings, Path folder) {
        this(settings, folder, Repository.application(), Map.of());
    }

    /**
     * @param application what starts a node, as {@link Repository} says it
     * @param environment of the process, beside that of this one
     */
    LocalNode(NodeSettings settings, Path folder, List<String> application, Map<String, String> environment) {
        this.settings = settings;
        this.folder = folder;
        this.application = List.copyOf(application);
        this.environment = Map.copyOf(environment);
    }

    String id() {
        return settings.id();
    }

    NodeSettings settings() {
        return settings;
    }

    String url() {
        return "http://127.0.0.1:" + settings.httpPort();
    }

    /** Starts the process; that it is ready is another matter. */
    void start() {
        assertThat(isRunning()).as("%s runs already", id()).isFalse();
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = new ProcessBuilder(commandLine())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + id(), e);
        }
    }

    /** Ends the process by SIGTERM, and starts it from another release, on the same data; returns when it is ready. */
    void becomes(List<String> release) {
        stop();
        application = List.copyOf(release);
        start();
        awaitReady();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() {
        running().destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM; returns when the process has ended by itself. */
    void stop() {
        running().destroy();
        awaitEnd();
    }

    /** SIGTERM, without waiting for the end. */
    void beginStop() {
        running().destroy();
    }

    /** SIGSTOP: the process hangs, its connections stay open. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Waits for the end of a process that ends by itself. */
    int awaitExit() {
        awaitEnd();
        return running().exitValue();
    }

    /** Waits until the node takes requests; fails at once if it ends instead. */
    LocalNode awaitReady() {
        try {
            await("readiness of " + id()).atMost(START_LIMIT).pollInterval(POLL).until(() -> {
                assertThat(isRunning()).as("%s ended while it started:%n%s", id(), logTail()).isTrue();
                return isReady();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(id() + " is not ready: " + health().text() + "\n" + logTail(), e);
        }
        return this;
    }

    /** Memory that the process has, as Linux tells it. */
    long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(running().pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    boolean isReady() {
        return http.get(url() + "/readyz").status() == 200;
    }

    boolean isLive() {
        return http.get(url() + "/livez").status() == 200;
    }

    Health health() {
        return Health.of(http.get(url() + Health.PATH));
    }

    /** What these tests ask it from now on shows this token. */
    void asksWith(String token) {
        http.close();
        http = new Http(Duration.ofSeconds(2), token);
    }

    Http http() {
        return http;
    }

    String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the log, for a person who looks for a failure. */
    String logTail() {
        List<String> lines = log().lines().toList();
        return "---- the end of the log of " + id() + " ----\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }

    @Override
    public String toString() {
        return id();
    }

    @Override
    public void close() {
        if (isRunning()) {
            kill();
        }
        http.close();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(id() + " was never started");
        }
        return process;
    }

    private void awaitEnd() {
        try {
            assertThat(running().waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("%s has not ended within %s%n%s", id(), END_LIMIT, logTail())
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private void signal(String name) {
        List<String> command = List.of("bash", "-c", "kill -" + name + " " + running().pid());
        assertThat(Shell.run(folder, Duration.ofSeconds(10), command).exitValue())
                .as("SIG%s to %s", name, id())
                .isZero();
    }

    private List<String> commandLine() {
        List<String> command = new ArrayList<>(List.of(Repository.java()));
        command.addAll(application);
        command.addAll(settings.arguments());
        return command;
    }

    private Path logFile() {
        return folder.resolve("log");
    }
}
