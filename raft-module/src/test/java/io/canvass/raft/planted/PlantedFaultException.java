package io.canvass.raft.planted;

/** A fault that cannot be planted, or a check that cannot be run: a mistake in the file or here, never a finding. */
public final class PlantedFaultException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PlantedFaultException(String message) {
        super(message);
    }

    PlantedFaultException(String message, Throwable cause) {
        super(message, cause);
    }
}
