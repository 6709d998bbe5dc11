package io.canvass.kv.logging;

import java.util.concurrent.Callable;

import org.slf4j.MDC;

/**
 * The request that a thread works for: while one is open, each line that the thread logs has the request's id under {@value #KEY}
 * (SLF4J's MDC). Opened and closed on the same thread, the last opened first.
 */
public final class RequestScope implements AutoCloseable {
    /** The name of the id in the log, as the Elastic Common Schema calls it. */
    public static final String KEY = "http.request.id";

    /** Of an id, in characters. */
    public static final int MAX_LENGTH = 128;

    private final String before;

    private RequestScope(String before) {
        this.before = before;
    }

    /** @param id empty: from here on the thread works for no request */
    public static RequestScope open(String id) {
        RequestScope scope = new RequestScope(current());
        set(id);
        return scope;
    }

    /** As {@link #open}, with no id where this one is not sound: it came over the wire and would stand in the log. */
    public static RequestScope openIfSound(String id) {
        return open(isSound(id) ? id : "");
    }

    /** The id of the request that this thread works for; empty if it works for none. */
    public static String current() {
        String id = MDC.get(KEY);
        return id == null ? "" : id;
    }

    /** The task on another thread, for the request of this one. */
    public static Runnable carried(Runnable task) {
        String id = current();
        return () -> {
            try (RequestScope _ = open(id)) {
                task.run();
            }
        };
    }

    /** As the other. */
    public static <T> Callable<T> carried(Callable<T> task) {
        String id = current();
        return () -> {
            try (RequestScope _ = open(id)) {
                return task.call();
            }
        };
    }

    /**
     * Whether somebody else's id may stand in headers, JSON and logs as it is: 1 to {@value #MAX_LENGTH} letters, digits and
     * {@code . _ ~ : + / = @ -}, which nothing there has to escape.
     */
    public static boolean isSound(String id) {
        return !id.isEmpty() && id.length() <= MAX_LENGTH && id.chars().allMatch(RequestScope::isSound);
    }

    private static boolean isSound(int c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || "._~:+/=@-".indexOf(c) >= 0;
    }

    @Override
    public void close() {
        set(before);
    }

    private static void set(String id) {
        if (id.isEmpty()) {
            MDC.remove(KEY);
        } else {
            MDC.put(KEY, id);
        }
    }
}
