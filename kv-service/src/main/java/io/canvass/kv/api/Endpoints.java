package io.canvass.kv.api;

import java.util.List;

/** A component that serves paths of this API; {@link KvRoutes} finds it. */
interface Endpoints {
    /** Asked once. Several components may serve different methods of one path. */
    List<Endpoint> endpoints();
}
