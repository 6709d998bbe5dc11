package io.canvass.kv.api.server;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.kv.api.http.Endpoint;

/** Which endpoint a raw path belongs to: the most specific one, whatever the order in which they came. Immutable. */
final class RouteTable {
    private final List<Route> routes;

    RouteTable(List<Endpoint> endpoints) {
        Map<String, Endpoint> byTemplate = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> byTemplate.merge(endpoint.template(), endpoint, Endpoint::and));
        routes = byTemplate.values().stream()
                .map(Route::of)
                .sorted(Comparator.comparing(Route::isPattern)
                        .thenComparing(route -> route.suffix.isEmpty())
                        .thenComparingInt(route -> -route.prefix.length()))
                .toList();
    }

    Optional<Endpoint> find(String rawPath) {
        for (Route route : routes) {
            if (route.matches(rawPath)) {
                return Optional.of(route.endpoint);
            }
        }
        return Optional.empty();
    }

    List<Endpoint> endpoints() {
        return routes.stream().map(Route::endpoint).toList();
    }

    private record Route(String prefix, String suffix, boolean isPattern, Endpoint endpoint) {
        static Route of(Endpoint endpoint) {
            String template = endpoint.template();
            int open = template.indexOf('{');
            return open < 0
                    ? new Route(template, "", false, endpoint)
                    : new Route(
                            template.substring(0, open), template.substring(template.indexOf('}') + 1), true, endpoint);
        }

        boolean matches(String rawPath) {
            return isPattern
                    ? rawPath.length() >= prefix.length() + suffix.length()
                            && rawPath.startsWith(prefix)
                            && rawPath.endsWith(suffix)
                    : rawPath.equals(prefix);
        }
    }
}
