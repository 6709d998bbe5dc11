package io.canvass.kv.e2e;

/** Which node a client turns to. */
interface Route {
    /** The node for the next request, as its base URL. */
    String next();

    /** What came of a request to it. */
    void settled(String url, Http.Reply reply, long nanos);
}
