package io.canvass.kv.tools;

/** Why a tool could not do what it was asked for. The message is for the operator, and is all that is printed. */
final class ToolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    /** @param exitStatus one of {@link ExitStatus} */
    ToolException(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    int exitStatus() {
        return exitStatus;
    }
}
