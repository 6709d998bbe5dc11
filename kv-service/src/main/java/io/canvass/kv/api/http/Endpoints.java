package io.canvass.kv.api.http;

import java.util.List;

/** A component that serves paths of this API; {@code KvRoutes} finds it. */
public interface Endpoints {
    /** Asked once. Several components may serve different methods of one path. */
    List<Endpoint> endpoints();
}
