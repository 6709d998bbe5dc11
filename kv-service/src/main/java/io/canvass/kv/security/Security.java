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

    private Security(boolean on, Supplier<AuthState> auth, AdminFile file, LongSupplier clockMillis) {
        this.on = on;
        this.auth = auth;
        this.file = file;
        this.clockMillis = clockMillis;
    }

    /** Everybody may do everything. */
    public static Security off() {
        return new Security(false, () -> AuthState.EMPTY, AdminFile.none(), System::currentTimeMillis);
    }

    /**
     * @param auth as this node has applied it
     * @param clockMillis since 1970: by it, principals expire
     */
    public static Security on(Supplier<AuthState> auth, AdminFile file, LongSupplier clockMillis) {
        return new Security(true, auth, file, clockMillis);
    }

    public boolean isOn() {
        return on;
    }

    /** Roles and principals as this node has applied them. */
    public AuthState auth() {
        return auth.get();
    }

    /**
     * Who shows this. A token counts before a certificate: whoever shows a wrong one is refused, whatever else they show.
     *
     * @param authorization the header of that name
     * @param certificates of the client, its own first
     * @throws DeniedException if what is shown is of no use
     */
    public Caller identify(Optional<String> authorization, List<X509Certificate> certificates) {
        if (!on) {
            return new Caller.Anybody();
        }
        if (authorization.isPresent()) {
            return ofToken(authorization.get());
        }
        return certificates.isEmpty() ? new Caller.Nobody() : ofCertificate(certificates.getFirst());
    }

    private Caller ofToken(String header) {
        if (!header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw denied(Why.UNAUTHENTICATED, "The header Authorization is of another scheme than Bearer.");
        }
        String token = header.substring(BEARER.length()).strip();
        Optional<Tokens.Presented> presented = Tokens.parse(token);
        Optional<Principal> principal = presented.flatMap(shown -> auth.get().principal(shown.principal()))
                .filter(known -> known.credential() instanceof Principal.Credential.Token secret
                        && presented.get().is(secret.sha256()));
        if (principal.isPresent()) {
            return known(principal.get(), false);
        }
        if (file.holds(token)) {
            return new Caller.FileAdmin();
        }
        throw denied(Why.UNAUTHENTICATED, "The token is not known on this node: it was never made, or is revoked, or this"
                + " node has not heard of it yet.");
    }

    private Caller ofCertificate(X509Certificate certificate) {
        AuthState state = auth.get();
        TreeMap<String, Principal> found = new TreeMap<>();
        for (String identity : Certificates.identities(certificate)) {
            state.ofCertificate(identity).ifPresent(principal -> found.put(principal.name(), principal));
        }
        if (found.size() > 1) {
            throw denied(Why.UNAUTHENTICATED, "The client certificate is that of several principals: "
                    + String.join(", ", found.keySet()) + ".");
        }
        // One that names nobody is as good as none: others use them for the connection alone.
        return found.isEmpty() ? new Caller.Nobody() : known(found.firstEntry().getValue(), true);
    }

    private Caller known(Principal principal, boolean byCertificate) {
        if (principal.isExpired(clockMillis.getAsLong())) {
            throw denied(Why.UNAUTHENTICATED, "The " + (byCertificate ? "certificate's principal" : "token") + " '"
                    + principal.name() + "' has expired.");
        }
        return new Caller.Known(principal.name(), principal.since(), byCertificate);
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

    /** @throws DeniedException if the caller may not */
    public void require(Caller caller, Need need) {
        if (may(caller, need)) {
            return;
        }
        if (caller instanceof Caller.Nobody) {
            throw denied(Why.UNAUTHENTICATED, "This cluster asks who you are, and the request does not say.");
        }
        if (caller instanceof Caller.Known known && principal(auth.get(), known).isEmpty()) {
            throw denied(Why.UNAUTHENTICATED, "The principal '" + known.principal() + "' was revoked or has expired.");
        }
        throw denied(Why.FORBIDDEN, "The principal '" + caller.name() + "' lacks " + need.describe() + ".");
    }

    /** That somebody known calls, with whatever rights. */
    public void requireKnown(Caller caller) {
        if (caller instanceof Caller.Nobody) {
            throw denied(Why.UNAUTHENTICATED, "This cluster asks who you are, and the request does not say.");
        }
    }

    /** Of the request that this thread answers. */
    public void requireCurrent(Need need) {
        require(current(), need);
    }

    /** Of the request that this thread answers; nobody where no request is answered. */
    public Caller current() {
        return Caller.CURRENT.isBound() ? Caller.CURRENT.get() : on ? new Caller.Nobody() : new Caller.Anybody();
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
        Caller caller = current();
        // Before the rights are looked at: those that are judged are not older.
        long revision = auth.get().revision();
        CommandNeeds.of(command).forEach(need -> require(caller, need));
        return caller instanceof Caller.Known known
                ? command.toBuilder()
                        .setAuthority(Authority.newBuilder()
                                .setPrincipal(known.principal())
                                .setAuthRevision(Math.max(revision, known.since())))
                        .build()
                : command;
    }

    /** Whether nobody could come in: no principal, and no file. */
    public boolean isLockedOut() {
        return on && auth.get().principals().isEmpty() && !file.isThere();
    }

    /** Whether the current caller is an admin. */
    public boolean isAdmin() {
        return may(current(), Need.of(Right.ADMIN));
    }

    private static DeniedException denied(Why why, String what) {
        return new DeniedException(why, what + UNDONE);
    }
}
