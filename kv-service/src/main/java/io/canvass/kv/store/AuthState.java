package io.canvass.kv.store;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Roles and principals as they stand at one revision of theirs, which counts their changes. Immutable. */
public final class AuthState {
    /** Of a store where nobody was ever given a right. */
    public static final AuthState EMPTY = new AuthState(0, new TreeMap<>(), new TreeMap<>());

    private final long revision;
    private final Map<String, Role> roles;
    private final Map<String, Principal> principals;
    private final Map<String, Principal> certificates = new TreeMap<>();

    AuthState(long revision, Map<String, Role> roles, Map<String, Principal> principals) {
        this.revision = revision;
        this.roles = Collections.unmodifiableMap(new TreeMap<>(roles));
        this.principals = Collections.unmodifiableMap(new TreeMap<>(principals));
        for (Principal principal : principals.values()) {
            if (principal.credential() instanceof Principal.Credential.Certificate(String identity)) {
                certificates.put(identity, principal);
            }
        }
    }

    /** How many commands have changed roles or principals so far. */
    public long revision() {
        return revision;
    }

    public Map<String, Role> roles() {
        return roles;
    }

    public Map<String, Principal> principals() {
        return principals;
    }

    public Optional<Principal> principal(String name) {
        return Optional.ofNullable(principals.get(name));
    }

    /** Who is told by a certificate that says {@code identity}. */
    public Optional<Principal> ofCertificate(String identity) {
        return Optional.ofNullable(certificates.get(identity));
    }

    /** Whether one of the principal's roles grants {@code need}. Its expiry is not looked at. */
    public boolean grants(Principal principal, Need need) {
        for (String name : principal.roles()) {
            Role role = roles.get(name);
            if (role != null && role.grants().stream().anyMatch(grant -> grant.covers(need))) {
                return true;
            }
        }
        return false;
    }

    /** The principal of whom a command says that it comes, if that is still the same one. */
    Optional<Principal> author(String name, long authRevision) {
        return principal(name).filter(principal -> principal.since() <= authRevision);
    }

    AuthState with(Role role) {
        Map<String, Role> more = new TreeMap<>(roles);
        more.put(role.name(), role);
        return new AuthState(revision + 1, more, principals);
    }

    AuthState withoutRole(String name) {
        Map<String, Role> fewer = new TreeMap<>(roles);
        fewer.remove(name);
        return new AuthState(revision + 1, fewer, principals);
    }

    AuthState with(Principal principal) {
        Map<String, Principal> more = new TreeMap<>(principals);
        more.put(principal.name(), principal);
        return new AuthState(revision + 1, roles, more);
    }

    AuthState withoutPrincipal(String name) {
        Map<String, Principal> fewer = new TreeMap<>(principals);
        fewer.remove(name);
        return new AuthState(revision + 1, roles, fewer);
    }
}
