package io.canvass.kv.api.read;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;

import io.canvass.kv.api.error.ProblemReplies;
import io.canvass.kv.api.error.ProblemResolver;
import io.canvass.kv.api.http.OpenStreams;
import io.canvass.kv.api.http.OwnThread;
import io.canvass.kv.api.http.RequestIds;
import io.canvass.kv.api.json.NdJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.StoredValue;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.stereotype.Component;

/**
 * Sends whole ranges, of whatever size, line by line: page after page at the first page's revision, so that memory is
 * constant and the store goes on meanwhile. A client that takes nothing for {@code server.tomcat.connection-timeout} is
 * hung up on. What goes wrong after the beginning is the last line; one that is neither that nor the end was cut off.
 */
@Component
final class RangeStreams implements ApplicationListener<ContextClosedEvent> {
    private static final Logger log = LoggerFactory.getLogger(RangeStreams.class);

    private final KvQueries reader;
    private final ProblemResolver problems;
    private final ProblemReplies replies;
    private final StreamLimits limits;
    private final OpenStreams streams;
    private final Semaphore free;
    private volatile boolean closing;

    RangeStreams(
            KvQueries reader,
            ProblemResolver problems,
            ProblemReplies replies,
            StreamLimits limits,
            OpenStreams streams,
            ObjectProvider<MeterRegistry> registry) {
        this.streams = streams;
        this.reader = reader;
        this.problems = problems;
        this.replies = replies;
        this.limits = limits;
        free = new Semaphore(limits.maxOpen());
        registry.ifAvailable(meters -> Gauge.builder("kv.stream.open", this, RangeStreams::open)
                .description("Ranges and exports that are being streamed")
                .register(meters));
    }

    /** Before the web server waits for the requests under way. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        close();
    }

    /** Those under way end with a problem once their clients have taken what is written; further ones are refused. */
    void close() {
        closing = true;
    }

    int open() {
        return limits.maxOpen() - free.availablePermits();
    }

    /**
     * Returns when the last line is sent.
     *
     * @param first the first page
     * @param headers sets those that depend on the revision
     * @throws ProblemException 503 {@code overloaded} or {@code draining} before anything is sent, or what reading the
     *     first page throws
     * @throws IOException if the client has gone
     */
    void send(
            RangeQuery first,
            NdJson.Lines lines,
            LongConsumer headers,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (!free.tryAcquire()) {
            throw tooMany();
        }
        try (OpenStreams.Stay _ = streams.enter(request)) {
            requireNotClosing();
            KvQueries.RangePage page = reader.range(first);
            headers.accept(page.revision());
            response.setContentType(NdJson.MEDIA_TYPE);
            response.setHeader("X-Content-Type-Options", "nosniff");
            // Tomcat would leave the body out, but only once all of it has been read.
            if (!request.getMethod().equals("HEAD")) {
                write(first, page, lines, request, response.getOutputStream());
            }
        } finally {
            free.release();
        }
    }

    private void write(
            RangeQuery query,
            KvQueries.RangePage first,
            NdJson.Lines lines,
            HttpServletRequest request,
            OutputStream out)
            throws IOException {
        RangeQuery rest = query.at(first.revision());
        KvQueries.RangePage page = first;
        out.write(lines.first(first.revision()));
        long count = 0;
        while (true) {
            for (StoredValue item : page.items()) {
                out.write(lines.item(item));
                count++;
            }
            // Here a client that has gone is noticed, however little there was to send.
            out.flush();
            if (!page.more()) {
                out.write(lines.last(first.revision(), count));
                return;
            }
            try {
                requireNotClosing();
                OwnThread.giveWay();
                page = reader.range(rest.after(page.last().orElseThrow()));
            } catch (RuntimeException e) {
                breakOff(e, request, out);
                return;
            }
        }
    }

    private void breakOff(RuntimeException failure, HttpServletRequest request, OutputStream out) throws IOException {
        log.debug("Request {}: the stream was broken off", RequestIds.of(request), failure);
        out.write(replies.errorLine(request, problems.problemOf(request, failure)));
    }

    private void requireNotClosing() {
        if (closing) {
            throw Problem.of(ProblemType.DRAINING, "This node is stopping. What was sent is incomplete. Send the request"
                            + " to another node.").asException();
        }
    }

    private ProblemException tooMany() {
        return Problem.of(ProblemType.OVERLOADED, limits.maxOpen() + " ranges are being streamed from this node, as many"
                        + " as may (" + StreamLimits.MAX_OPEN_PROPERTY + "). Nothing was read. Send the request again"
                        + " later or to another node, or take pages.")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", limits.maxOpen());
                    json.writeStringProperty("property", StreamLimits.MAX_OPEN_PROPERTY);
                })
                .ofLimit(StreamLimits.MAX_OPEN_PROPERTY)
                .asException();
    }
}
