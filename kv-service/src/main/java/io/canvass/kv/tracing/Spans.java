package io.canvass.kv.tracing;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import org.jspecify.annotations.Nullable;

/** Begins spans; none, at no cost, where tracing is switched off. Thread-safe. */
public final class Spans {
    /** Begins none. */
    public static final Spans OFF = new Spans(false, Tracer.NOOP, Propagator.NOOP);

    /** Of W3C's Trace Context, in which one node tells another of a span. */
    private static final String TRACEPARENT = "traceparent";

    private final boolean on;
    private final Tracer tracer;
    private final Propagator propagator;

    Spans(Tracer tracer, Propagator propagator) {
        this(true, tracer, propagator);
    }

    private Spans(boolean on, Tracer tracer, Propagator propagator) {
        this.on = on;
        this.tracer = tracer;
        this.propagator = propagator;
    }

    /** Whether there may be any. */
    public boolean areOn() {
        return on;
    }

    /** The span that this thread works in, as it is told to others; empty if there is none. */
    public String current() {
        Span span = areOn() ? tracer.currentSpan() : null;
        return span == null ? "" : told(span);
    }

    /**
     * What another process asked of this one.
     *
     * @param header the value of a header that came with it, null where there is none
     */
    public Work serve(String name, Function<String, @Nullable String> header) {
        return areOn() ? begin(name, Span.Kind.SERVER, header) : Work.NONE;
    }

    /**
     * As the other.
     *
     * @param parent as {@link #current} told it; {@link Work#NONE} is answered if it is empty: whoever asked traces nothing
     */
    public Work serve(String name, String parent) {
        return parent.isEmpty() || !areOn() ? Work.NONE : begin(name, Span.Kind.SERVER, ofParent(parent));
    }

    /** What this process asks of another one, for the span that {@code parent} tells of; {@link Work#NONE} if that is empty. */
    public Work ask(String name, String parent) {
        return parent.isEmpty() || !areOn() ? Work.NONE : begin(name, Span.Kind.CLIENT, ofParent(parent));
    }

    private static Function<String, @Nullable String> ofParent(String parent) {
        return name -> name.equals(TRACEPARENT) ? parent : null;
    }

    private Work begin(String name, Span.Kind kind, Function<String, @Nullable String> header) {
        Span span = propagator.extract(header, (_, key) -> header.apply(key)).kind(kind).name(name).start();
        return new Work(tracer, span, told(span));
    }

    private String told(Span span) {
        Map<String, String> carrier = new HashMap<>();
        propagator.inject(span.context(), carrier, (_, key, value) -> carrier.put(key, value));
        return carrier.getOrDefault(TRACEPARENT, "");
    }

    /** One span. Ended once, on any thread. */
    public static final class Work {
        /** Of no effect. */
        public static final Work NONE = new Work(Tracer.NOOP, Span.NOOP, "");

        private final Tracer tracer;
        private final Span span;
        private final String told;

        private Work(Tracer tracer, Span span, String told) {
            this.tracer = tracer;
            this.span = span;
            this.told = told;
        }

        /** As the one who is asked gets to know it; empty if it is none. */
        public String told() {
            return told;
        }

        /** Until it is closed, on this thread, the span is {@link #current}. */
        public Tracer.SpanInScope enter() {
            return tracer.withSpan(span);
        }

        public Work tag(String key, String value) {
            span.tag(key, value);
            return this;
        }

        /** @param why nothing was achieved */
        public void fail(String why) {
            span.tag("error", why);
        }

        public void end() {
            span.end();
        }
    }
}
