package io.canvass.kv.security;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who changed what, and who was refused what, on this node: each as one event of the logger {@value #LOGGER}, with its parts as
 * key-value pairs, and the newest of them in memory. Never a token, never a value. Thread-safe.
 */
public final class AuditLog {
    /** The name of the logger, to be sent elsewhere or kept longer than the others. */
    public static final String LOGGER = "canvass.audit";

    /** Of a path in an entry; a longer one is cut. */
    static final int MAX_PATH_CHARACTERS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    private final int capacity;
    private final boolean writesToo;
    private final LongSupplier clockMillis;
    private final Deque<Entry> newest = new ArrayDeque<>();
    private final RefusalFlood flood = new RefusalFlood();
    private long sequence;
    private long dropped;

    /**
     * @param capacity entries that are kept in memory, above zero
     * @param writesToo whether changes of keys, leases and locks are told, too, and not only those of rights and the cluster
     */
    public AuditLog(int capacity, boolean writesToo, LongSupplier clockMillis) {
        this.capacity = capacity;
        this.writesToo = writesToo;
        this.clockMillis = clockMillis;
    }

    /** What an entry is of. */
    public enum Event {
        CHANGED("changed"),
        REFUSED("refused");

        private final String word;

        Event(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * @param sequence rises by one with each entry of this run of the node, from 1
     * @param status of the answer; 0 where that was not decided yet
     * @param detail a sentence; empty for a change
     */
    public record Entry(
            long sequence,
            long timeMillis,
            Event event,
            String principal,
            String remote,
            String method,
            String path,
            int status,
            String requestId,
            String detail) {}

    /**
     * Some of what is kept.
     *
     * @param entries ascending
     * @param oldest the sequence of the oldest that is kept, 0 for none
     * @param newest the sequence of the newest, 0 for none
     */
    public record Page(List<Entry> entries, long oldest, long newest) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    public boolean tellsWrites() {
        return writesToo;
    }

    /** One of a flood is counted, and told with others of it as one: {@link RefusalFlood}. */
    void refused(Call call, String detail) {
        List<Entry> told;
        synchronized (this) {
            told = floodThatIsOver();
            if (flood.admits(call)) {
                told.add(keep(Event.REFUSED, call, 0, detail));
            } else {
                dropped++;
            }
        }
        told.forEach(AuditLog::tell);
    }

    /** A request that changed something, or was sent to, was answered. */
    public void changed(Call call, int status) {
        List<Entry> told;
        synchronized (this) {
            told = floodThatIsOver();
            told.add(keep(Event.CHANGED, call, status, ""));
        }
        told.forEach(AuditLog::tell);
    }

    /** Refusals that were not told one by one, since the node started. */
    public synchronized long dropped() {
        return dropped;
    }

    private List<Entry> floodThatIsOver() {
        List<Entry> entries = new ArrayList<>();
        for (RefusalFlood.Dropped flooded : flood.over(clockMillis.getAsLong())) {
            entries.add(keep(Event.REFUSED, flooded.last(), 0, "This is the last of " + flooded.count()
                    + " refusals within a second that are not told one by one."));
        }
        return entries;
    }

    private Entry keep(Event event, Call call, int status, String detail) {
        sequence++;
        Entry entry = new Entry(
                sequence, clockMillis.getAsLong(), event, call.caller().name(), call.remote(), call.method(),
                shortened(call.path()), status, call.id(), detail);
        if (newest.size() >= capacity) {
            newest.removeFirst();
        }
        newest.addLast(entry);
        return entry;
    }

    private static void tell(Entry entry) {
        String event = entry.event().word();
        LOG.atInfo()
                .addKeyValue("event", event)
                .addKeyValue("sequence", entry.sequence())
                .addKeyValue("principal", entry.principal())
                .addKeyValue("remote", entry.remote())
                .addKeyValue("method", entry.method())
                .addKeyValue("path", entry.path())
                .addKeyValue("status", entry.status())
                .addKeyValue("requestId", entry.requestId())
                .log("{} {} {} by {} from {}: {}", event, entry.method(), entry.path(), entry.principal(),
                        entry.remote(),
                        entry.event() == Event.REFUSED ? oneLine(entry.detail()) : Integer.toString(entry.status()));
    }

    /** It comes over the wire percent-encoded, so it is one line already. */
    private static String shortened(String path) {
        return path.length() <= MAX_PATH_CHARACTERS ? path : path.substring(0, MAX_PATH_CHARACTERS) + "…";
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** @param after the sequence of the last entry that is known already; 0: from the oldest on */
    public Page page(long after, int limit) {
        List<Entry> told;
        Page page;
        synchronized (this) {
            told = floodThatIsOver();
            page = kept(after, limit);
        }
        told.forEach(AuditLog::tell);
        return page;
    }

    private Page kept(long after, int limit) {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : newest) {
            if (entry.sequence() > after && entries.size() < limit) {
                entries.add(entry);
            }
        }
        return new Page(entries, newest.isEmpty() ? 0 : newest.getFirst().sequence(), sequence);
    }
}
