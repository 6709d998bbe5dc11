package io.canvass.kv.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

import io.canvass.kv.store.Principal.Credential;
import io.canvass.raft.core.Bytes;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/**
 * Roles and principals as rows, byte for byte; texts are UTF-8 behind their length in 2 bytes.
 *
 * <ul>
 * <li>A role: per grant 1 byte, the right's number, then the prefix behind its length in 2 bytes.
 * <li>A principal: 1 byte (1 token, 2 certificate), the hash or the identity behind its length in 2 bytes, 8 bytes each when
 *     it expires, when it was made, and since which revision of the rights it is there; then its roles' names.
 * </ul>
 */
final class AuthRows {
    private static final byte TOKEN = 1;
    private static final byte CERTIFICATE = 2;
    private static final int LENGTH_BYTES = 2;

    private AuthRows() {}

    /** All that is stored. */
    static AuthState load(Database database, ReadOptions options, long revision) {
        Map<String, Role> roles = new TreeMap<>();
        Map<String, Principal> principals = new TreeMap<>();
        rows(database, options, SystemLayout.ROLE, (name, row) -> roles.put(name, role(name, row)));
        rows(database, options, SystemLayout.PRINCIPAL, (name, row) -> principals.put(name, principal(name, row)));
        return new AuthState(revision, roles, principals);
    }

    private static void rows(Database database, ReadOptions options, byte kind, BiConsumer<String, byte[]> use) {
        try (RocksIterator rows = database.iterator(database.system(), options)) {
            for (rows.seek(SystemLayout.auth(kind, "")); rows.isValid() && rows.key()[0] == kind; rows.next()) {
                use.accept(SystemLayout.authName(rows.key()), rows.value());
            }
            Database.requireSound(rows);
        }
    }

    static byte[] encode(Role role) {
        ByteBuffer row = ByteBuffer.allocate(
                role.grants().stream().mapToInt(grant -> 1 + LENGTH_BYTES + grant.prefix().size()).sum());
        for (Role.Grant grant : role.grants()) {
            put(row.put((byte) grant.right().wire().getNumber()), grant.prefix().array());
        }
        return row.array();
    }

    private static Role role(String name, byte[] row) {
        return read(row, in -> {
            List<Role.Grant> grants = new ArrayList<>();
            while (in.hasRemaining()) {
                byte number = in.get();
                Right right = Right.of(io.canvass.proto.kv.v1.Right.forNumber(number))
                        .orElseThrow(() -> StoreException.damaged("a role grants the unknown right " + number));
                grants.add(new Role.Grant(right, Bytes.wrap(get(in))));
            }
            return new Role(name, grants);
        });
    }

    static byte[] encode(Principal principal) {
        byte kind = switch (principal.credential()) {
            case Credential.Token _ -> TOKEN;
            case Credential.Certificate _ -> CERTIFICATE;
        };
        byte[] credential = switch (principal.credential()) {
            case Credential.Token(Bytes sha256) -> sha256.array();
            case Credential.Certificate(String identity) -> identity.getBytes(StandardCharsets.UTF_8);
        };
        List<byte[]> roles = principal.roles().stream().map(role -> role.getBytes(StandardCharsets.UTF_8)).toList();
        int bytes = roles.stream().mapToInt(role -> LENGTH_BYTES + role.length).sum();
        ByteBuffer row = ByteBuffer.allocate(1 + LENGTH_BYTES + credential.length + 3 * Long.BYTES + bytes);
        put(row.put(kind), credential)
                .putLong(principal.expiresMillis())
                .putLong(principal.createdMillis())
                .putLong(principal.since());
        roles.forEach(role -> put(row, role));
        return row.array();
    }

    private static Principal principal(String name, byte[] row) {
        return read(row, in -> {
            byte kind = in.get();
            byte[] credential = get(in);
            Credential known = switch (kind) {
                case TOKEN -> new Credential.Token(Bytes.wrap(credential));
                case CERTIFICATE -> new Credential.Certificate(new String(credential, StandardCharsets.UTF_8));
                default -> throw StoreException.damaged("a principal is known by the unknown kind " + kind);
            };
            long expiresMillis = in.getLong();
            long createdMillis = in.getLong();
            long since = in.getLong();
            List<String> roles = new ArrayList<>();
            while (in.hasRemaining()) {
                roles.add(new String(get(in), StandardCharsets.UTF_8));
            }
            return new Principal(name, known, roles, expiresMillis, createdMillis, since);
        });
    }

    private interface Reading<T> {
        T read(ByteBuffer in);
    }

    private static <T> T read(byte[] row, Reading<T> reading) {
        try {
            return reading.read(ByteBuffer.wrap(row));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw StoreException.damaged("a role or a principal ends after " + row.length + " bytes, in the middle");
        }
    }

    private static ByteBuffer put(ByteBuffer row, byte[] bytes) {
        return row.putShort((short) bytes.length).put(bytes);
    }

    private static byte[] get(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return bytes;
    }
}
