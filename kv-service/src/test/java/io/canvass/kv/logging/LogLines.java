package io.canvass.kv.logging;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/** What a logger says while this is open, whatever its level. */
public final class LogLines implements AutoCloseable {
    private final CopyOnWriteArrayList<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Level before;
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(new Line(
                    event.getMDCPropertyMap().getOrDefault(RequestScope.KEY, ""), event.getThreadName(),
                    event.getFormattedMessage()));
        }
    };

    /** @param requestId empty for a line of no request */
    public record Line(String requestId, String thread, String text) {}

    private LogLines(Logger logger) {
        this.logger = logger;
        this.before = logger.getLevel();
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(appender);
    }

    /** @param name of the logger, most often a class's */
    public static LogLines of(String name) {
        return new LogLines((Logger) LoggerFactory.getLogger(name));
    }

    public List<Line> all() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        appender.stop();
    }
}
