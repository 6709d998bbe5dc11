package io.canvass.kv.security;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Refusals come as often as strangers like; the audit and its log do not grow as fast. */
class AuditFloodTest {
    private static final int FLOOD = 5000;

    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final AuditLog audit = new AuditLog(10_000, false, clock::get);

    private final Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        // Thousands of lines.
        logger.setAdditive(false);
    }

    @AfterEach
    void listenNoMore() {
        logger.setAdditive(true);
        logger.detachAppender(log);
    }

    private static Call call(String remote, String path) {
        return new Call(Caller.Nobody.SILENT, "GET", path, remote, "r-1");
    }

    private List<AuditLog.Entry> entries() {
        return audit.page(0, Integer.MAX_VALUE).entries();
    }

    private int lines() {
        return log.list.size();
    }

    @Test
    void whatIsBeyondSoManyASecondIsCountedAndToldAsOne() {
        for (int i = 0; i < FLOOD; i++) {
            audit.refused(call("10.0.0.1", "/flood/" + i), "No.");
        }
        int beyond = FLOOD - RefusalFlood.MOST_A_SECOND;
        assertThat(audit.dropped()).isEqualTo(beyond);
        assertThat(entries()).hasSize(RefusalFlood.MOST_A_SECOND);
        assertThat(lines()).isEqualTo(RefusalFlood.MOST_A_SECOND);

        clock.addAndGet(1000);
        assertThat(entries()).hasSize(RefusalFlood.MOST_A_SECOND + 1);
        assertThat(entries().getLast().detail()).contains("the last of " + beyond + " refusals within a second");
        assertThat(entries().getLast().path()).isEqualTo("/flood/" + (FLOOD - 1));
        assertThat(lines()).isEqualTo(RefusalFlood.MOST_A_SECOND + 1);
        assertThat(audit.dropped()).isEqualTo(beyond);
    }

    @Test
    void afterASecondRefusalsAreToldOneByOneAgain() {
        for (int second = 0; second < 3; second++) {
            for (int i = 0; i < RefusalFlood.MOST_A_SECOND; i++) {
                audit.refused(call("10.0.0.1", "/flood"), "No.");
            }
            clock.addAndGet(1000);
        }
        assertThat(entries()).hasSize(3 * RefusalFlood.MOST_A_SECOND);
        assertThat(audit.dropped()).isZero();
    }

    @Test
    void theFloodOfOneAddressHidesNoRefusalOfAnother() {
        for (int i = 0; i < FLOOD; i++) {
            audit.refused(call("10.0.0.1", "/flood"), "No.");
        }
        audit.refused(call("10.0.0.2", "/quiet"), "No.");
        assertThat(entries().getLast().remote()).isEqualTo("10.0.0.2");
        assertThat(entries().getLast().path()).isEqualTo("/quiet");
    }

    @Test
    void changesAreNeverDropped() {
        for (int i = 0; i < FLOOD; i++) {
            audit.refused(call("10.0.0.1", "/flood"), "No.");
            audit.changed(call("10.0.0.1", "/v1/auth/roles/r"), 200);
        }
        assertThat(entries().stream().filter(entry -> entry.event() == AuditLog.Event.CHANGED)).hasSize(FLOOD);
    }

    /** Of a flood from many addresses, or there would be a way to fill the memory. */
    @Test
    void addressesBeyondThoseThatAreToldApartAreCountedTogether() {
        for (int i = 0; i < FLOOD; i++) {
            audit.refused(call("10.0." + i / 256 + "." + i % 256, "/flood"), "No.");
        }
        int told = RefusalFlood.MOST_SOURCES + RefusalFlood.MOST_A_SECOND;
        assertThat(entries()).hasSize(told);
        clock.addAndGet(1000);
        assertThat(entries()).hasSize(told + 1);
        assertThat(audit.dropped()).isEqualTo(FLOOD - told);
    }
}
