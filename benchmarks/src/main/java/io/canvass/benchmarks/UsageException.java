package io.canvass.benchmarks;

/** The command line does not say what to do; the message is for the person who typed it. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
