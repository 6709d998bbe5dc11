package io.canvass.kv.api.http;

import java.util.List;
import java.util.function.Function;

import io.canvass.kv.store.Need;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Who may call an endpoint, asked before its handler: what the request's path tells already. What a handler then reads and
 * writes is judged as well, by what it reads and writes ({@link io.canvass.kv.security.GuardedQueries},
 * {@link io.canvass.kv.store.CommandNeeds}).
 *
 * @param needs of a request; empty: that somebody known calls
 * @param isOpen whether even that is not asked for
 * @param isOfCluster whether a change by it is one of rights or of the cluster, and not of keys, leases or locks
 */
public record Access(Function<HttpServletRequest, List<Need>> needs, boolean isOpen, boolean isOfCluster) {
    /** Everybody. */
    public static final Access OPEN = new Access(_ -> List.of(), true, false);

    /** Everybody who is known. */
    public static final Access KNOWN = new Access(_ -> List.of(), false, false);

    /** Whoever has one of these rights anywhere; on which keys it is needed, the handler's reads and commands tell. */
    public static Access to(Right... anyOf) {
        List<Need> needs = List.of(Need.of(anyOf));
        boolean ofCluster = List.of(anyOf).stream().noneMatch(Right::isOnNames);
        return new Access(_ -> needs, false, ofCluster);
    }

    /** Whoever has a right on the key that the path names. */
    public static Access toKey(Right right, int maxKeyBytes) {
        return new Access(
                request -> List.of(Need.on(right, KeyPath.parse(RawPath.of(request), maxKeyBytes))), false, false);
    }
}
