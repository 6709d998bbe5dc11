package io.canvass.kv.config;

/** A setting with which this node cannot start. The message is one sentence that names property, value and remedy. */
public final class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param value as the operator wrote it
     * @param problem what is wrong with it, to be read after "but"
     * @param remedy what to do, as an order
     */
    public InvalidSettingException(String property, String value, String problem, String remedy) {
        super(property + " is \"" + value + "\", but " + problem + ": " + remedy + ".");
    }
}
