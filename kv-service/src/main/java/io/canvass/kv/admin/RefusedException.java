package io.canvass.kv.admin;

import io.canvass.proto.kv.v1.AdminReply.Refusal;

/** A request that ends here, and why. Carries no stack trace: it is an answer. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;
    private final String detail;

    /** @param detail a sentence without its full stop */
    RefusedException(Refusal refusal, String detail) {
        super(detail, null, false, false);
        this.refusal = refusal;
        this.detail = detail;
    }

    Refusal refusal() {
        return refusal;
    }

    String detail() {
        return detail;
    }
}
