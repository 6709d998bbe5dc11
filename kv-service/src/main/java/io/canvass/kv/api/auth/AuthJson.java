package io.canvass.kv.api.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.api.http.Base64Url;
import io.canvass.kv.api.http.BodyStream;
import io.canvass.kv.api.http.PercentDecoding;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.api.json.JsonReader;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.kv.store.Principal;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.Role;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import tools.jackson.core.JsonGenerator;

/** Roles, tokens and certificates as JSON. */
final class AuthJson {
    static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_TEXT_CHARACTERS = 16 * 1024;

    private AuthJson() {}

    /** What a body asks for a token or a certificate to be. */
    record Wanted(Optional<String> name, Optional<String> certificate, List<String> roles, Optional<String> ttl) {}

    /** Reads a body with some of {@code name}, {@code certificate}, {@code roles} and {@code ttl}. */
    static Wanted wanted(HttpServletRequest request, List<String> known) throws IOException {
        List<String> roles = new ArrayList<>();
        String[] texts = new String[3];
        read(request, json -> json.object(known, member -> {
            switch (member) {
                case "name" -> texts[0] = json.text();
                case "certificate" -> texts[1] = json.text();
                case "ttl" -> texts[2] = json.text();
                default -> json.array(() -> {
                    if (roles.size() > ApplyLimits.MAX_PRINCIPAL_ROLES) {
                        throw json.invalid("is one role too many: at most " + ApplyLimits.MAX_PRINCIPAL_ROLES);
                    }
                    roles.add(json.text());
                });
            }
        }));
        return new Wanted(
                Optional.ofNullable(texts[0]), Optional.ofNullable(texts[1]), roles, Optional.ofNullable(texts[2]));
    }

    /** Reads {@code {"rights":[{"right":"read","prefix":"app/"}]}}. */
    static List<Role.Grant> grants(HttpServletRequest request) throws IOException {
        List<Role.Grant> grants = new ArrayList<>();
        read(request, json -> json.object(List.of("rights"), _ -> json.array(() -> {
            if (grants.size() > ApplyLimits.MAX_GRANTS) {
                throw json.invalid("is one right too many: at most " + ApplyLimits.MAX_GRANTS);
            }
            grants.add(grant(json));
        })));
        return grants;
    }

    private static Role.Grant grant(JsonReader json) {
        List<Right> right = new ArrayList<>();
        List<Bytes> prefix = new ArrayList<>();
        json.object(List.of("right", "prefix", "prefix64"), member -> {
            switch (member) {
                case "right" -> {
                    String word = json.text();
                    right.add(Right.ofWord(word).orElseThrow(() ->
                            json.invalid("is none of read, write, lock, monitor, backup and admin")));
                }
                case "prefix" -> prefix.add(json.utf8());
                default -> prefix.add(Base64Url.decode(json.text())
                        .orElseThrow(() -> json.invalid("is not base64url (RFC 4648, section 5)")));
            }
        });
        if (right.isEmpty()) {
            throw json.invalid("names no right");
        }
        if (prefix.size() > 1) {
            throw json.invalid("has both prefix and prefix64");
        }
        if (prefix.isEmpty() && right.getFirst().isOnNames()) {
            throw json.invalid("names no prefix; \"\" stands for all");
        }
        return new Role.Grant(right.getFirst(), prefix.isEmpty() ? Bytes.EMPTY : prefix.getFirst());
    }

    private interface Reading {
        void read(JsonReader json);
    }

    private static void read(HttpServletRequest request, Reading reading) throws IOException {
        JsonBody.requireJson(request);
        try (InputStream body = BodyStream.bounded(request, MAX_BODY_BYTES);
                JsonReader json = new JsonReader(
                        "The body", new ByteArrayInputStream(body.readAllBytes()), MAX_TEXT_CHARACTERS)) {
            json.begin();
            reading.read(json);
            json.end();
        }
    }

    static void role(JsonGenerator json, Role role) {
        json.writeStringProperty("name", role.name());
        rights(json, role.grants());
    }

    static void rights(JsonGenerator json, List<Role.Grant> grants) {
        json.writeArrayPropertyStart("rights");
        for (Role.Grant grant : grants) {
            json.writeStartObject();
            json.writeStringProperty("right", grant.right().word());
            if (grant.right().isOnNames()) {
                Optional<String> text = PercentDecoding.utf8(grant.prefix().array());
                if (text.isPresent()) {
                    json.writeStringProperty("prefix", text.get());
                } else {
                    json.writeStringProperty("prefix64", Base64Url.encode(grant.prefix()));
                }
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Never its hash. */
    static void principal(JsonGenerator json, Principal principal) {
        json.writeStringProperty("name", principal.name());
        if (principal.credential() instanceof Principal.Credential.Certificate(String identity)) {
            json.writeStringProperty("certificate", identity);
        }
        json.writeArrayPropertyStart("roles");
        principal.roles().forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("createdAt", Instant.ofEpochMilli(principal.createdMillis()).toString());
        expiry(json, principal.expiresMillis());
    }

    static void expiry(JsonGenerator json, long expiresMillis) {
        if (expiresMillis == 0) {
            json.writeNullProperty("expiresAt");
        } else {
            json.writeStringProperty("expiresAt", Instant.ofEpochMilli(expiresMillis).toString());
        }
    }
}
