package io.canvass.kv.fuzz;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Requests as KV-API.md, sections 3 to 7, has them, of few keys, so that they meet each other's traces. */
final class ValidRequests {
    /** No member of a cluster bears one of these. */
    private static final List<String> STRANGERS = List.of("kv-97", "kv-98", "nobody");

    private static final List<String> NAMES = List.of(
            "a", "b", "app/color", "app/size", "app/eu/x", "tmp/1", "tmp/2", "n", "with%20blank", "%D0%BA%D0%BB%D1%8E%D1%87",
            "a%2Fb", "50%25", "x;y", "a+b", "%F0%9F%97%9D");
    private static final List<String> PREFIXES = List.of("", "a", "app/", "tmp/", "%D0%BA", "none/");

    private final Random random;

    ValidRequests(Random random) {
        this.random = random;
    }

    Draft next() {
        return switch (random.nextInt(20)) {
            case 0, 1 -> read();
            case 2, 3, 4 -> put();
            case 5 -> delete();
            case 6 -> range();
            case 7 -> new Draft("DELETE", "/v1/kv").with("prefix=" + of("tmp/", "none/", "a")).with(flag("dry-run"));
            case 8 -> txn();
            case 9 -> lines("/v1/batch");
            case 10 -> lines("/v1/import");
            case 11 -> export();
            case 12 -> counter();
            case 13 -> lease();
            case 14 -> lock();
            case 15 -> watch();
            case 16 -> new Draft("POST", "/v1/compact").header("Content-Type: application/json")
                    .body("{\"revision\":" + random.nextInt(20) + "}");
            case 17 -> cluster();
            case 18 -> other();
            default -> conditional(read());
        };
    }

    private Draft read() {
        Draft draft = new Draft(of("GET", "GET", "HEAD"), key());
        if (chance(2)) {
            draft.with("consistency=" + of("linearizable", "local", "lease"));
        }
        if (chance(4)) {
            draft.with(of("format=json", "revision=" + random.nextInt(40), "min-revision=1", "max-staleness=5s",
                    "max-lag=100", "history=true", "wait=20ms", "timeout=2s", "limit=3"));
        }
        if (chance(6)) {
            draft.header("Accept: " + of("*/*", "application/json", "application/octet-stream", "text/html;q=0.5, */*"));
        }
        return draft;
    }

    private Draft conditional(Draft draft) {
        String tag = random.nextBoolean() ? "\"" + random.nextInt(60) + "\"" : "*";
        return draft.header(of("If-Match: ", "If-None-Match: ") + tag);
    }

    private Draft put() {
        Draft draft = new Draft("PUT", key()).body(value());
        if (chance(5)) {
            conditional(draft);
        }
        if (chance(5)) {
            draft.with(of("ttl=30s", "lease=1", "prev=true", "timeout=3s"));
        }
        if (chance(8)) {
            draft.header("Prefer: " + of("return=minimal", "return=representation", "wait=1"));
        }
        if (chance(8)) {
            draft.header("Idempotency-Key: \"" + of("one", "two", "three") + "\"");
        }
        if (chance(6)) {
            draft.framing = Draft.Framing.CHUNKED;
        }
        return draft;
    }

    private Draft delete() {
        Draft draft = new Draft("DELETE", key());
        return chance(3) ? conditional(draft) : chance(3) ? draft.with("prev=true") : draft;
    }

    private Draft range() {
        Draft draft = new Draft("GET", "/v1/kv").with("prefix=" + of(PREFIXES));
        if (chance(2)) {
            draft.with("limit=" + (1 + random.nextInt(1000)));
        }
        if (chance(2)) {
            draft.with(of("keys-only=true", "count-only=true", "reverse=true", "separator=/", "revision=3",
                    "max-bytes=1000", "consistency=local", "cursor=eyJyIjoxMDQyLCJrIjoi"));
        }
        if (chance(5)) {
            draft.header("Accept: application/x-ndjson");
        }
        return draft;
    }

    private Draft txn() {
        Draft draft = new Draft("POST", "/v1/txn").header("Content-Type: application/json");
        if (chance(4)) {
            draft.with("on-fail=412");
        }
        String guard = of("{\"key\":\"a\",\"revision\":{\"eq\":17}}", "{\"key\":\"b\",\"exists\":false}",
                "{\"key\":\"c\",\"value\":{\"eq\":\"x\"}}", "{\"key\":\"d\",\"version\":{\"gt\":2}}",
                "{\"key64\":\"AP8=\",\"createRevision\":{\"lt\":9}}");
        return draft.body("{\"if\":[" + guard + "],\"then\":[" + operations() + "],\"else\":[{\"get\":{\"key\":\"a\"}}]}");
    }

    private String operations() {
        return IntStream.rangeClosed(0, random.nextInt(4)).mapToObj(i -> operation()).collect(Collectors.joining(","));
    }

    private String operation() {
        return of("{\"put\":{\"key\":\"a\",\"value\":\"1\"}}", "{\"delete\":{\"prefix\":\"tmp/\"}}",
                "{\"get\":{\"key\":\"b\"}}", "{\"put\":{\"key\":\"n\",\"value64\":\"AP8=\"}}", "{\"delete\":{\"key\":\"a\"}}",
                "{\"get\":{\"prefix\":\"app/\",\"limit\":3}}", "{\"put\":{\"key\":\"t\",\"value\":\"v\",\"ttl\":\"30s\"}}");
    }

    private Draft lines(String path) {
        String lines = IntStream.rangeClosed(0, random.nextInt(6))
                .mapToObj(i -> path.endsWith("batch")
                        ? operation()
                        : of("{\"key\":\"a\",\"value\":\"1\"}", "{\"key64\":\"AP8=\",\"value64\":\"AAEC\"}",
                                "{\"key\":\"app/color\",\"value\":\"green\",\"revision\":3,\"createRevision\":1,\"version\":2}"))
                .collect(Collectors.joining("\n"));
        return new Draft("POST", path).header("Content-Type: application/x-ndjson")
                .body(lines + (random.nextBoolean() ? "\n" : ""));
    }

    private Draft export() {
        return new Draft("GET", "/v1/export").with("prefix=" + of(PREFIXES));
    }

    private Draft counter() {
        String path = "/v1/counters/" + of("n", "m", "a", "count/er");
        Draft draft = new Draft(of("POST", "POST", "GET"), path);
        if (draft.method.equals("GET")) {
            return draft;
        }
        return random.nextBoolean()
                ? draft.with("add=" + (random.nextInt(9) - 4))
                : draft.header("Content-Type: application/json")
                        .body("{\"add\":" + of("1", "-1", "9223372036854775807", "0") + of("", ",\"min\":0", ",\"max\":5") + "}");
    }

    private Draft lease() {
        String id = "/v1/leases/" + of("1", "2", "7f3a", "5");
        return switch (random.nextInt(5)) {
            case 0 -> new Draft("POST", "/v1/leases").header("Content-Type: application/json")
                    .body("{\"ttl\":\"" + of("30s", "60s", "1h") + "\"}");
            case 1 -> new Draft("POST", id + "/keepalive");
            case 2 -> new Draft("GET", id).with("keys=true");
            case 3 -> new Draft("DELETE", id);
            default -> new Draft("GET", "/v1/leases");
        };
    }

    private Draft lock() {
        boolean election = random.nextBoolean();
        String path = (election ? "/v1/elections/" : "/v1/locks/") + of("one", "two", "jobs/nightly");
        String who = (election ? "{\"candidate\":\"" : "{\"owner\":\"") + of("n1", "n2") + "\",\"ttl\":\"15s\"}";
        return switch (random.nextInt(5)) {
            case 0, 1 -> new Draft("PUT", path).header("Content-Type: application/json").body(who);
            case 2 -> new Draft("GET", path);
            case 3 -> new Draft("DELETE", path).header("If-Match: \"" + random.nextInt(60) + "\"");
            default -> election
                    ? new Draft("GET", path + "/watch")
                    : new Draft("PUT", path).with("wait=20ms").header("Content-Type: application/json").body(who);
        };
    }

    private Draft watch() {
        Draft draft = new Draft("GET", "/v1/watch").with(of("prefix=app/", "key=a", "start=a&end=b", "prefix="));
        if (chance(2)) {
            draft.with(of("from-revision=1", "from-revision=5", "initial=true", "prev=true", "events=put,delete"));
        }
        if (chance(4)) {
            draft.with(of("consistency=linearizable", "min-revision=3", "max-lag=5", "max-staleness=1s&timeout=50ms"));
        }
        if (chance(4)) {
            draft.header("Last-Event-ID: " + random.nextInt(50));
        }
        if (chance(4)) {
            draft.header("Accept: " + of("application/x-ndjson", "text/event-stream"));
        }
        return draft;
    }

    /** Never what would really change who is a member or leads: it is a dry run, or speaks of a stranger. */
    private Draft cluster() {
        String stranger = "/v1/cluster/members/" + of(STRANGERS);
        String member = "/v1/cluster/members/" + of("kv-1", "kv-2", "kv-3");
        return switch (random.nextInt(8)) {
            case 0 -> new Draft("GET", "/v1/cluster");
            case 1 -> new Draft("GET", "/v1/cluster/members");
            case 2 -> new Draft("GET", member + of("", "/safe-to-stop"));
            case 3 -> json(new Draft("POST", "/v1/cluster/members"),
                    "{\"id\":\"kv-97\",\"address\":\"127.0.0.1:1\",\"promote\":\"manual\"}").with("dry-run=true");
            case 4 -> new Draft("DELETE", stranger).with(flag("dry-run"));
            case 5 -> json(new Draft("POST", stranger + of("/promote", "/demote", "/replace")), "{}");
            case 6 -> json(new Draft("POST", "/v1/cluster/leader"), "{\"to\":\"" + of(STRANGERS) + "\"}");
            default -> json(new Draft("PATCH", stranger), "{\"promote\":\"auto\"}");
        };
    }

    private static Draft json(Draft draft, String body) {
        return draft.header("Content-Type: application/json").body(body);
    }

    private Draft other() {
        return switch (random.nextInt(5)) {
            case 0 -> new Draft("GET", of("/problems", "/problems/not-leader", "/problems/nothing"));
            case 1 -> new Draft("GET", of("/actuator/health", "/actuator/health/cluster/raft", "/readyz", "/livez",
                    "/actuator/info", "/actuator", "/actuator/raft", "/actuator/env", "/v1/version", "/", "/error"));
            case 2 -> new Draft("GET", "/v1/snapshot");
            case 3 -> new Draft("POST", "/v1/snapshot/verify").body("CANVASS" + value());
            default -> new Draft(of("GET", "OPTIONS"), of("/v1/kv64/YQ", "/v1/kv64/AP8", "/v1/alarms", "/v1/audit",
                    "/v3/api-docs", "/v1/kv/a"));
        };
    }

    private String key() {
        return "/v1/kv/" + of(NAMES);
    }

    private String value() {
        return switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> "42";
            case 2 -> "ä\u0000\ud83d\udddd";
            case 3 -> "x".repeat(random.nextInt(3000));
            default -> "green";
        };
    }

    private String flag(String name) {
        return name + "=" + random.nextBoolean();
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private String of(String... some) {
        return some[random.nextInt(some.length)];
    }

    private String of(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
