package io.canvass.kv.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.canvass.proto.kv.v1.Authority;
import io.canvass.proto.kv.v1.Grant;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.RolePut;

/** What can be said against a role or a principal without looking at the store. A part of {@link Validity}. */
public final class AuthValidity {
    /** Bytes of SHA-256. */
    public static final int HASH_BYTES = 32;
    /** What stands before what a certificate must say. */
    public static final List<String> CERTIFICATE_KINDS = List.of("subject:", "dns:", "uri:", "email:");

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (ApplyLimits.MAX_AUTH_NAME_BYTES - 1) + "}");

    private AuthValidity() {}

    /** Whether a role or a principal can have that name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    static Optional<Refused> ofRole(RolePut put) {
        return ofName(put.getName()).or(() -> ofGrants(put.getGrantList()));
    }

    private static Optional<Refused> ofGrants(List<Grant> grants) {
        if (grants.isEmpty() || grants.size() > ApplyLimits.MAX_GRANTS) {
            return invalid("A role grants 1 to " + ApplyLimits.MAX_GRANTS + " rights.");
        }
        int bytes = 0;
        for (Grant grant : grants) {
            Optional<Right> right = Right.of(grant.getRight());
            if (right.isEmpty()) {
                return invalid("A role grants a right that is not known.");
            }
            if (!right.get().isOnNames() && !grant.getPrefix().isEmpty()) {
                return invalid("The right '" + right.get().word() + "' is on the whole cluster and has no prefix.");
            }
            bytes += grant.getPrefix().size();
        }
        return bytes > ApplyLimits.MAX_ROLE_BYTES
                ? invalid("The prefixes of a role have at most " + ApplyLimits.MAX_ROLE_BYTES + " bytes together.")
                : Optional.empty();
    }

    static Optional<Refused> ofPrincipal(PrincipalPut put) {
        Optional<Refused> name = ofName(put.getName());
        if (name.isPresent()) {
            return name;
        }
        List<String> roles = put.getRoleList();
        if (roles.isEmpty()
                || roles.size() > ApplyLimits.MAX_PRINCIPAL_ROLES
                || new TreeSet<>(roles).size() < roles.size()) {
            return invalid("A principal has 1 to " + ApplyLimits.MAX_PRINCIPAL_ROLES + " roles, each once.");
        }
        if (put.getExpiresMillis() < 0) {
            return invalid("The time when a principal expires lies after 1970.");
        }
        return switch (put.getCredentialCase()) {
            case TOKEN_HASH -> put.getTokenHash().size() == HASH_BYTES
                    ? Optional.empty()
                    : invalid("The hash of a token has " + HASH_BYTES + " bytes.");
            case CERTIFICATE -> ofCertificate(put.getCertificate());
            case CREDENTIAL_NOT_SET -> invalid("A principal is told by a token or by a certificate.");
        };
    }

    private static Optional<Refused> ofCertificate(String identity) {
        boolean known = CERTIFICATE_KINDS.stream()
                .anyMatch(kind -> identity.startsWith(kind) && identity.length() > kind.length());
        return known && identity.getBytes(StandardCharsets.UTF_8).length <= ApplyLimits.MAX_CERTIFICATE_BYTES
                ? Optional.empty()
                : invalid("What a certificate must say begins with one of " + String.join(", ", CERTIFICATE_KINDS)
                        + " and has at most " + ApplyLimits.MAX_CERTIFICATE_BYTES + " bytes.");
    }

    static Optional<Refused> ofAuthority(Authority authority) {
        return ofName(authority.getPrincipal());
    }

    static Optional<Refused> ofName(String name) {
        return isName(name)
                ? Optional.empty()
                : invalid("A role or a principal is named by 1 to " + ApplyLimits.MAX_AUTH_NAME_BYTES
                        + " letters, digits, '.', '_' or '-', the first a letter or digit.");
    }

    private static Optional<Refused> invalid(String detail) {
        return Optional.of(Refusals.invalid(detail));
    }
}
