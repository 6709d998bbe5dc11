package io.canvass.kv.security;

/**
 * A request, as far as rights and the audit are concerned.
 *
 * @param path as it came over the wire, without the query
 * @param remote the client's address
 * @param id the request's
 */
public record Call(Caller caller, String method, String path, String remote, String id) {
    /** What the current thread answers; where nothing is bound, nobody asks. */
    public static final ScopedValue<Call> CURRENT = ScopedValue.newInstance();

    /** Of no request. */
    static Call of(Caller caller) {
        return new Call(caller, "", "", "", "");
    }
}
