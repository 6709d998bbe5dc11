package io.canvass.kv.api.write;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.ValueBody;
import io.canvass.kv.api.json.JsonReader;
import io.canvass.kv.api.lease.LeaseIds;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Get;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Revisions;
import io.canvass.raft.core.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One operation as JSON has it: {@code {"put":{…}}}, {@code {"delete":{…}}} or {@code {"get":{…}}}. Keys and values are text, or
 * base64 in {@code key64} (as it follows {@code /v1/kv64/}) and {@code value64} (as answers have it). For one thread.
 */
final class OperationJson {
    static final List<String> KINDS = List.of("put", "delete", "get");

    private static final List<String> PUT = List.of("key", "key64", "value", "value64", "ttl", "lease", "prev");
    private static final List<String> DELETE =
            List.of("key", "key64", "prefix", "prefix64", "start", "start64", "end", "end64", "all", "prev");
    private static final List<String> CONDITIONS = List.of("ifRevision", "ifExists");
    private static final List<String> CONDITIONAL_PUT = both(PUT);
    private static final List<String> CONDITIONAL_DELETE = both(DELETE);
    private static final List<String> GET = List.of("key", "key64");

    private final JsonReader json;
    private final ApiLimits limits;
    private final Budget budget;
    private final boolean conditional;

    /** Without conditions of their own: a transaction compares. */
    OperationJson(JsonReader json, ApiLimits limits, Budget budget) {
        this(json, limits, budget, false);
    }

    private OperationJson(JsonReader json, ApiLimits limits, Budget budget, boolean conditional) {
        this.json = json;
        this.limits = limits;
        this.budget = budget;
        this.conditional = conditional;
    }

    /** Puts and deletes may say {@code ifRevision}, as If-Match with one tag, or {@code ifExists}. */
    static OperationJson conditional(JsonReader json, ApiLimits limits, Budget budget) {
        return new OperationJson(json, limits, budget, true);
    }

    private static List<String> both(List<String> members) {
        return Stream.concat(members.stream(), CONDITIONS.stream()).toList();
    }

    /** The longest string that a key or a value within the limits can be. */
    static int maxTextChars(ApiLimits limits) {
        return Math.max(limits.maxValueBytes(), limits.maxKeyBytes()) / 3 * 4 + 8;
    }

    /** The operation that is next, an object of one member. */
    Operation read() {
        budget.operation();
        Operation.Builder operation = Operation.newBuilder();
        json.object(KINDS, kind -> {
            if (operation.getKindCase() != Operation.KindCase.KIND_NOT_SET) {
                throw json.invalid("is a second kind: an operation is one of put, delete and get");
            }
            switch (kind) {
                case "put" -> operation.setPut(put());
                case "delete" -> delete(operation);
                default -> operation.setGet(get());
            }
        });
        if (operation.getKindCase() == Operation.KindCase.KIND_NOT_SET) {
            throw json.invalid("says nothing of what to do: an operation is one of put, delete and get");
        }
        return operation.build();
    }

    private Put.Builder put() {
        Put.Builder put = Put.newBuilder();
        Slots slots = new Slots();
        Conditions conditions = new Conditions();
        json.object(conditional ? CONDITIONAL_PUT : PUT, name -> {
            switch (name) {
                case "ifRevision", "ifExists" -> conditions.read(name);
                case "ttl" -> put.setTtlMillis(ttl(once(put, "ttl")));
                case "lease" -> put.setLease(lease(once(put, "lease")));
                case "prev" -> put.setReturnPrevious(json.flag());
                default -> slots.read(name);
            }
        });
        conditions.found().ifPresent(put::setPrecondition);
        return put.setKey(slots.requireKey()).setValue(slots.requireValue());
    }

    private String once(Put.Builder put, String name) {
        if (put.getLifeCase() != Put.LifeCase.LIFE_NOT_SET) {
            throw json.invalid("is one too many: ttl grants a lease of the key's own, so '" + name + "' cannot stand beside"
                    + " the other");
        }
        return json.text();
    }

    private Get.Builder get() {
        Slots slots = new Slots();
        json.object(GET, slots::read);
        return Get.newBuilder().setKey(slots.requireKey());
    }

    private void delete(Operation.Builder operation) {
        Slots slots = new Slots();
        Conditions conditions = new Conditions();
        boolean[] flags = new boolean[2];
        json.object(conditional ? CONDITIONAL_DELETE : DELETE, name -> {
            switch (name) {
                case "ifRevision", "ifExists" -> conditions.read(name);
                case "prev" -> flags[0] = json.flag();
                case "all" -> flags[1] = json.flag();
                default -> slots.read(name);
            }
        });
        boolean prev = flags[0];
        boolean all = flags[1];
        if (slots.key == null) {
            if (prev || conditions.found().isPresent()) {
                throw json.invalid("asks for prev or has a condition, which single keys have, of a range");
            }
            operation.setDeleteRange(KeyRanges.of(slots.prefix(), slots.start(), slots.end(), all, json::invalid));
            return;
        }
        if (all || slots.prefix != null || slots.start != null || slots.end != null) {
            throw json.invalid("names both a key and a range");
        }
        Delete.Builder delete = Delete.newBuilder().setKey(slots.requireKey()).setReturnPrevious(prev);
        conditions.found().ifPresent(delete::setPrecondition);
        operation.setDelete(delete);
    }

    long ttl(String text) {
        return Durations.parse(
                        json.subject(), text, Duration.ofMillis(1), Duration.ofMillis(ApplyLimits.MAX_TTL_MILLIS))
                .toMillis();
    }

    long lease(String text) {
        return LeaseIds.parse(text)
                .orElseThrow(() -> json.invalid("is '" + Excerpt.of(text) + "'. It must be " + LeaseIds.FORM));
    }

    /** At most one of those that an operation may have. */
    private final class Conditions {
        private @Nullable Precondition precondition;

        void read(String name) {
            if (precondition != null) {
                throw json.invalid("is a second condition; give one of ifRevision and ifExists");
            }
            Precondition.Builder read = Precondition.newBuilder();
            if (name.equals("ifRevision")) {
                read.setAnyOf(Revisions.newBuilder().addModRevision(json.number(1, Long.MAX_VALUE)));
            } else if (json.flag()) {
                read.setMustExist(true);
            } else {
                read.setMustNotExist(true);
            }
            precondition = read.build();
        }

        Optional<Precondition> found() {
            return Optional.ofNullable(precondition);
        }
    }

    /** The keys and the value of one object, each of which has two spellings. */
    final class Slots {
        private @Nullable Bytes key;
        private @Nullable Bytes prefix;
        private @Nullable Bytes start;
        private @Nullable Bytes end;
        private @Nullable Bytes value;

        void read(String name) {
            switch (name) {
                case "key" -> key = key(key, json.utf8());
                case "key64" -> key = key(key, base64url());
                case "prefix" -> prefix = bound(prefix, json.utf8());
                case "prefix64" -> prefix = bound(prefix, base64url());
                case "start" -> start = bound(start, json.utf8());
                case "start64" -> start = bound(start, base64url());
                case "end" -> end = bound(end, json.utf8());
                case "end64" -> end = bound(end, base64url());
                case "value" -> value = value(value, json.utf8());
                case "value64" -> value = value(value, base64());
                default -> throw new IllegalArgumentException("Not a key or a value: " + name);
            }
        }

        ByteString requireKey() {
            if (key == null) {
                throw json.invalid("has neither key nor key64");
            }
            return UnsafeByteOperations.unsafeWrap(key.array());
        }

        ByteString requireValue() {
            if (value == null) {
                throw json.invalid("has neither value nor value64");
            }
            return UnsafeByteOperations.unsafeWrap(value.array());
        }

        Optional<Bytes> prefix() {
            return Optional.ofNullable(prefix);
        }

        Optional<Bytes> start() {
            return Optional.ofNullable(start);
        }

        Optional<Bytes> end() {
            return Optional.ofNullable(end);
        }

        private Bytes key(@Nullable Bytes before, Bytes read) {
            if (read.size() == 0) {
                throw json.invalid("is empty; a key has at least one byte");
            }
            return bound(before, read);
        }

        private Bytes bound(@Nullable Bytes before, Bytes read) {
            if (read.size() > limits.maxKeyBytes()) {
                throw json.invalid("is " + read.size() + " bytes long; keys have at most " + limits.maxKeyBytes());
            }
            return single(before, read);
        }

        private Bytes value(@Nullable Bytes before, Bytes read) {
            if (read.size() > limits.maxValueBytes()) {
                throw ValueBody.tooLarge(json.subject(), limits.maxValueBytes(), read.size());
            }
            return single(before, read);
        }

        private Bytes single(@Nullable Bytes before, Bytes read) {
            if (before != null) {
                throw json.invalid("says again what its other spelling says; give one of the two");
            }
            budget.bytes(read.size());
            return read;
        }
    }

    private Bytes base64url() {
        return decoded(Base64.getUrlDecoder(), "base64url (RFC 4648, section 5)");
    }

    private Bytes base64() {
        return decoded(Base64.getDecoder(), "base64 (RFC 4648, section 4)");
    }

    private Bytes decoded(Base64.Decoder decoder, String form) {
        String text = json.text();
        try {
            return Bytes.wrap(decoder.decode(text));
        } catch (IllegalArgumentException e) {
            throw json.invalid("is not " + form);
        }
    }
}
