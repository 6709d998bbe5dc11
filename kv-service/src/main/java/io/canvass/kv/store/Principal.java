package io.canvass.kv.store;

import java.util.List;

import io.canvass.raft.core.Bytes;

/**
 * Who may do what its roles say. Immutable.
 *
 * @param expiresMillis since 1970, by the clock of whoever judges; 0: never
 * @param createdMillis since 1970, in the time of entries
 * @param since the revision of the rights that made it: another one of the same name has another
 */
public record Principal(
        String name, Credential credential, List<String> roles, long expiresMillis, long createdMillis, long since) {
    public Principal {
        roles = List.copyOf(roles);
    }

    /** Whether its time is over. */
    public boolean isExpired(long nowMillis) {
        return expiresMillis != 0 && nowMillis >= expiresMillis;
    }

    /** How it is known. */
    public sealed interface Credential {
        /** @param sha256 of the secret, which is kept nowhere */
        record Token(Bytes sha256) implements Credential {}

        /** @param identity what a certificate must say, with its kind in front */
        record Certificate(String identity) implements Credential {}
    }
}
