package io.canvass.kv.store;

import io.canvass.proto.kv.v1.Refused;

/** Makes what a command that changes nothing is answered with. */
final class Refusals {
    private Refusals() {}

    static Refused invalid(String detail) {
        return of(Refused.Reason.INVALID, detail).build();
    }

    static Refused bound(Refused.Reason reason, long limit, long actual, String detail) {
        return of(reason, detail).setLimit(limit).setActual(actual).build();
    }

    static Refused.Builder of(Refused.Reason reason, String detail) {
        return Refused.newBuilder().setReason(reason).setDetail(detail);
    }
}
