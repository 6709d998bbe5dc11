package io.canvass.kv.security;

/** On whose behalf a request is answered. */
public sealed interface Caller {
    /** As the audit and {@code whoami} name it. */
    String name();

    /** Where authentication is off: everybody may do everything. */
    record Anybody() implements Caller {
        @Override
        public String name() {
            return "anybody";
        }
    }

    /**
     * Whoever shows nothing, or nothing that is of use.
     *
     * @param why a sentence
     */
    record Nobody(String why) implements Caller {
        /** Who shows nothing at all. */
        static final Nobody SILENT = new Nobody("This cluster asks who you are, and the request does not say.");

        @Override
        public String name() {
            return "nobody";
        }
    }

    /** The holder of the token in this node's file ({@code kv.security.admin-token-file}), who may do everything. */
    record FileAdmin() implements Caller {
        @Override
        public String name() {
            return "file:admin";
        }
    }

    /**
     * A principal of the replicated state. Holds no rights: they are looked up each time, as they stand then.
     *
     * @param principal its name
     * @param since tells it from another one of the same name
     * @param byCertificate whether it was told by a certificate, else by a token
     */
    record Known(String principal, long since, boolean byCertificate) implements Caller {
        @Override
        public String name() {
            return (byCertificate ? "certificate:" : "token:") + principal;
        }
    }
}
