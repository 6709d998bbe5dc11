package io.canvass.kv.api.watch;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.EntityTags;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.StoredValue;
import io.canvass.kv.watch.Bell;
import io.canvass.kv.watch.Interest;
import io.canvass.kv.watch.WatchHub;
import io.canvass.kv.watch.WatchRefusedException;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/**
 * {@code GET /v1/kv/x?wait=30s} with {@code If-None-Match} (KV-API.md, section 5): waits while the key is as the client
 * knows it, and then the read is answered as it would be without. The tag {@code "0"} stands for a key that is not there.
 */
@Component
public final class LongPoll {
    /** The query parameter that says how long to wait at most. */
    public static final String PARAMETER = "wait";

    private static final String NONE_MATCH = "If-None-Match";
    private static final String MISSING = "0";
    /** A deadline is later by up to this part of the wait, so that those who began together do not end so. */
    private static final int JITTER = 16;
    /** Of the preference: no unit, as RFC 7240 has it. */
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private final KvQueries queries;
    private final WatchHub hub;
    private final WatchTimes times;

    LongPoll(KvQueries queries, WatchHub hub, WatchTimes times) {
        this.queries = queries;
        this.hub = hub;
        this.times = times;
    }

    /**
     * How long, and while what.
     *
     * @param known how the client knows the key
     * @param preferred whether it was asked for by {@code Prefer}, in seconds
     */
    public record Wait(Duration duration, Known known, boolean preferred) {}

    /**
     * @param revisions at one of which the key is as known
     * @param any whether it is at each
     * @param missing whether it is when it does not exist
     */
    record Known(Set<Long> revisions, boolean any, boolean missing) {
        boolean holds(Optional<StoredValue> found) {
            return found.map(entry -> any || revisions.contains(entry.modRevision())).orElse(missing);
        }
    }

    /**
     * What the request asks for; empty: not to wait.
     *
     * @param query with {@link #PARAMETER} among its names
     * @throws ProblemException 400 {@code invalid-request} if it asks to wait without saying for what, or for too long
     */
    public Optional<Wait> of(HttpServletRequest request, QueryParameters query) {
        Optional<String> text = query.text(PARAMETER);
        boolean conditional = request.getHeader(NONE_MATCH) != null;
        if (text.isPresent()) {
            Duration wait = Durations.parse(
                    "The query parameter 'wait'", text.get(), Duration.ZERO, times.maxWait());
            if (!conditional) {
                throw QueryParameters.invalid("The query parameter 'wait' is given without the header If-None-Match, so"
                        + " it is not clear what to wait for. Send the ETag that you know, or \"0\" for a key that is"
                        + " not there.");
            }
            return Optional.of(new Wait(wait, known(request), false));
        }
        return conditional ? preferred(request).map(wait -> new Wait(wait, known(request), true)) : Optional.empty();
    }

    /** A preference may be kept in part: a longer one than the bound is cut. */
    private Optional<Duration> preferred(HttpServletRequest request) {
        for (String preference : String.join(",", Collections.list(request.getHeaders("Prefer"))).split(",", -1)) {
            String word = preference.split(";", 2)[0].replaceAll("[ \t\"]", "").toLowerCase(Locale.ROOT);
            if (word.startsWith("wait=") && SECONDS.matcher(word.substring("wait=".length())).matches()) {
                Duration asked = Duration.ofSeconds(Long.parseLong(word.substring("wait=".length())));
                return Optional.of(asked.compareTo(times.maxWait()) > 0 ? times.maxWait() : asked);
            }
        }
        return Optional.empty();
    }

    private static Known known(HttpServletRequest request) {
        String header = String.join(",", Collections.list(request.getHeaders(NONE_MATCH)));
        return switch (EntityTags.parse(NONE_MATCH, header)) {
            case EntityTags.Any any -> new Known(Set.of(), true, false);
            case EntityTags.Listed(List<EntityTags.Tag> tags) -> {
                Set<Long> revisions = new HashSet<>();
                for (EntityTags.Tag tag : tags) {
                    OptionalLong revision = tag.revision();
                    revision.ifPresent(revisions::add);
                }
                boolean missing = tags.stream().anyMatch(tag -> tag.opaque().equals(MISSING));
                yield new Known(revisions, false, missing);
            }
        };
    }

    /**
     * Returns when the key is not as known, when the time is over, or when the node stops; what a read finds then is the
     * answer.
     *
     * @throws ProblemException 429 {@code too-many-watches}
     */
    public void await(Wait wait, Bytes key, HttpServletResponse response) {
        if (wait.preferred()) {
            response.setHeader("Preference-Applied", "wait=" + wait.duration().toSeconds());
        }
        long nanos = wait.duration().toNanos();
        long deadline = System.nanoTime() + nanos + ThreadLocalRandom.current().nextLong(nanos / JITTER + 1);
        if (hub.isClosed() || !wait.known().holds(queries.get(key).value())) {
            return;
        }
        try (Bell bell = hub.bell(new Interest.Key(key))) {
            Bell.Ring ring = Bell.Ring.RUNG;
            while (ring == Bell.Ring.RUNG && wait.known().holds(queries.get(key).value())) {
                ring = bell.await(deadline - System.nanoTime());
            }
        } catch (WatchRefusedException e) {
            if (e.why() == WatchRefusedException.Why.TOO_MANY) {
                throw WatchProblems.refused(hub, e);
            }
        } catch (InterruptedException e) {
            // Answered as it stands.
            Thread.currentThread().interrupt();
        }
    }
}
