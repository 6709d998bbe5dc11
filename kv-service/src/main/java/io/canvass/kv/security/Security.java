package io.canvass.kv.security;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.canvass.kv.security.DeniedException.Why;
import io.canvass.kv.store.AuthState;
import io.canvass.kv.store.CommandNeeds;
import io.canvass.kv.store.Need;
import io.canvass.kv.store.Principal;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Authority;
import io.canvass.proto.kv.v1.Command;

/**
 * The one place that says who calls and what they may do. Judges by the roles and principals that this node has applied, as they
 * stand at the moment of the question: an answer is as fresh as the state that it guards, and a write is judged once more where
 * it is applied. Whoever it does not know may do nothing. Thread-safe.
 */
public final class Security {
    private static final String BEARER = "bearer ";
    private static final String UNDONE = " Nothing was done.";

    private final boolean on;
    private final Supplier<AuthState> auth;
    private final AdminFile file;
    private final LongSupplier clockMillis;
    private final AuditLog audit;

    private Security(
            boolean on, Supplier<AuthState> auth, AdminFile file, LongSupplier clockMillis, AuditLog audit) {
        this.on = on;
        this.auth = auth;
        this.file = file;
        this.clockMillis = clockMillis;
        this.audit = audit;
    }

    /**
     * Everybody may do everything.
     *
     * @param auth as this node has applied it: it can be prepared before it counts
     */
    public static Security off(Supplier<AuthState> auth, AuditLog audit) {
        return new Security(false, auth, AdminFile.none(), System::currentTimeMillis, audit);
    }

    /**
     * @param auth as this node has applied it
     * @param clockMillis since 1970: by it, principals expire
     */
    public static Security on(
            Supplier<AuthState> auth, AdminFile file, LongSupplier clockMillis, AuditLog audit) {
        return new Security(true, auth, file, clockMillis, audit);
    }

    public boolean isOn() {
        return on;
    }

    /** Roles and principals as this node has applied them. */
    public AuthState auth() {
        return auth.get();
    }

    /**
     * Who shows this. A token counts before a certificate: whoever shows a wrong one is nobody, whatever else they show.
     *
     * @param authorization the header of that name
     * @param certificates of the client, its own first
     */
    public Caller identify(Optional<String> authorization, List<X509Certificate> certificates) {
        if (!on) {
            return new Caller.Anybody();
        }
        if (authorization.isPresent()) {
            return ofToken(authorization.get());
        }
        return certificates.isEmpty() ? Caller.Nobody.SILENT : ofCertificate(certificates.getFirst());
    }

    private Caller ofToken(String header) {
        if (!header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return new Caller.Nobody("The header Authorization is of another scheme than Bearer.");
        }
        String token = header.substring(BEARER.length()).strip();
        Optional<Tokens.Presented> presented = Tokens.parse(token);
        Optional<Principal> principal = presented.flatMap(shown -> auth.get().principal(shown.principal())
                .filter(known -> known.credential() instanceof Principal.Credential.Token secret
                        && shown.is(secret.sha256())));
        if (principal.isPresent()) {
            return known(principal.get(), false);
        }
        return file.holds(token)
                ? new Caller.FileAdmin()
                : new Caller.Nobody("The token is not known on this node: it was never made, or is revoked, or this node has"
                        + " not heard of it yet.");
    }

    private Caller ofCertificate(X509Certificate certificate) {
        AuthState state = auth.get();
        TreeMap<String, Principal> found = new TreeMap<>();
        for (String identity : Certificates.identities(certificate)) {
            state.ofCertificate(identity).ifPresent(principal -> found.put(principal.name(), principal));
        }
        if (found.isEmpty()) {
            return new Caller.Nobody("The client certificate names no principal of this cluster.");
        }
        return found.size() > 1
                ? new Caller.Nobody("The client certificate is that of several principals: "
                        + String.join(", ", found.keySet()) + ".")
                : known(found.firstEntry().getValue(), true);
    }

    private Caller known(Principal principal, boolean byCertificate) {
        return principal.isExpired(clockMillis.getAsLong())
                ? new Caller.Nobody("The principal '" + principal.name() + "' has expired.")
                : new Caller.Known(principal.name(), principal.since(), byCertificate);
    }

    /** Whether the caller, as things stand now, may do that. */
    public boolean may(Caller caller, Need need) {
        return switch (caller) {
            case Caller.Anybody _ -> !on;
            case Caller.Nobody _ -> false;
            case Caller.FileAdmin _ -> file.isThere();
            case Caller.Known known -> {
                AuthState state = auth.get();
                yield principal(state, known).filter(principal -> state.grants(principal, need)).isPresent();
            }
        };
    }

    /** As it stands, if it is still the same and has not expired. */
    public Optional<Principal> principal(AuthState state, Caller.Known known) {
        return state.principal(known.principal())
                .filter(principal -> principal.since() == known.since())
                .filter(principal -> !principal.isExpired(clockMillis.getAsLong()));
    }

    /** @throws DeniedException if the caller may not; that is in the audit then */
    public void require(Call call, Need need) {
        if (!may(call.caller(), need)) {
            throw denied(call, Optional.of(need));
        }
    }

    /**
     * That somebody calls who is known, with whatever rights.
     *
     * @throws DeniedException if not; that is in the audit then
     */
    public void requireKnown(Call call) {
        boolean known = switch (call.caller()) {
            case Caller.Anybody _ -> !on;
            case Caller.Nobody _ -> false;
            case Caller.FileAdmin _ -> file.isThere();
            case Caller.Known caller -> principal(auth.get(), caller).isPresent();
        };
        if (!known) {
            throw denied(call, Optional.empty());
        }
    }

    private DeniedException denied(Call call, Optional<Need> need) {
        return switch (call.caller()) {
            case Caller.Nobody(String why) -> denied(call, Why.UNAUTHENTICATED, why);
            case Caller.Known known when principal(auth.get(), known).isEmpty() ->
                denied(call, Why.UNAUTHENTICATED, "The principal '" + known.principal() + "' was revoked or has expired.");
            case Caller.FileAdmin _ -> denied(call, Why.UNAUTHENTICATED, "The file of the admin's token is gone.");
            case Caller.Anybody _ -> denied(call, Why.UNAUTHENTICATED, "Authentication is on by now.");
            case Caller.Known known ->
                denied(call, Why.FORBIDDEN, "The principal '" + known.principal() + "' lacks "
                        + need.map(Need::describe).orElse("any right") + ".");
        };
    }

    private DeniedException denied(Call call, Why why, String what) {
        audit.refused(call, what);
        return new DeniedException(why, what + UNDONE);
    }

    /** What apply said of a command that it did not apply on behalf of the current caller. */
    public DeniedException deniedInApply(String detail) {
        return denied(current(), Why.FORBIDDEN, detail);
    }

    /** That nothing is served under a rule: nobody, an admin neither, gets what nobody declared. */
    public DeniedException undeclared(Call call) {
        return denied(call, Why.FORBIDDEN, "No right is declared for this path, so nobody may use it.");
    }

    /** Of the request that this thread answers. */
    public void requireCurrent(Need need) {
        require(current(), need);
    }

    /** Of the request that this thread answers; nobody's where no request is answered. */
    public Call current() {
        return Call.CURRENT.isBound()
                ? Call.CURRENT.get()
                : Call.of(on ? Caller.Nobody.SILENT : new Caller.Anybody());
    }

    /**
     * A command as it is to be proposed for the current caller: apply judges it again, by the rights as they stand then.
     *
     * @throws DeniedException if the caller may not
     */
    public Command onBehalf(Command command) {
        if (!on) {
            return command;
        }
        Call call = current();
        CommandNeeds.of(command).forEach(need -> require(call, need));
        return call.caller() instanceof Caller.Known known
                ? command.toBuilder()
                        .setAuthority(Authority.newBuilder()
                                .setPrincipal(known.principal())
                                .setAuthRevision(known.since()))
                        .build()
                : command;
    }

    /** Whether nobody could come in: no principal, and no file. */
    public boolean isLockedOut() {
        return on && auth.get().principals().isEmpty() && !file.isThere();
    }

    /** Whether the current caller is an admin. */
    public boolean isAdmin() {
        return may(current().caller(), Need.of(Right.ADMIN));
    }
}
