package io.canvass.kv.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import io.canvass.kv.security.AdminFile;
import io.canvass.kv.security.AuditLog;
import io.canvass.kv.security.Security;
import io.canvass.kv.security.Tokens;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Grant;
import io.canvass.proto.kv.v1.PrincipalDelete;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.RolePut;

/** Roles and tokens for tests, put straight into the store, and the headers that show them. */
public final class Rights {
    /** That of the file. */
    public static final String ADMIN = "Authorization: Bearer the-first-admin-of-this-test-is-0123456789";

    private static final String FILE = ADMIN.substring("Authorization: Bearer ".length());

    private final LocalStore store;
    private final Map<String, String> tokens = new HashMap<>();

    public Rights(LocalStore store) {
        this.store = store;
    }

    static Security guarding(LocalStore store, AuditLog audit) {
        try {
            Path file = Files.createTempFile("canvass-admin-", ".token");
            Files.writeString(file, FILE + "\n");
            file.toFile().deleteOnExit();
            return Security.on(() -> store.store().auth(), AdminFile.open(file), System::currentTimeMillis, audit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Grant grant(Right right, String prefix) {
        return Grant.newBuilder().setRight(right.wire()).setPrefix(ByteString.copyFromUtf8(prefix)).build();
    }

    /** Makes a role of this name, or changes what it grants. */
    public void role(String name, Grant... grants) {
        requireApplied(Command.newBuilder()
                .setRolePut(RolePut.newBuilder().setName(name).addAllGrant(Arrays.asList(grants)))
                .build());
    }

    /** A new token with a role of its own name, as a header. */
    public String token(String name, Grant... grants) {
        role(name, grants);
        return token(name, List.of(name), 0);
    }

    public String token(String name, List<String> roles, long expiresMillis) {
        Tokens.Minted minted = Tokens.mint(name, new SecureRandom());
        requireApplied(Command.newBuilder()
                .setPrincipalPut(PrincipalPut.newBuilder()
                        .setName(name)
                        .setTokenHash(ByteString.copyFrom(minted.sha256().array()))
                        .setExpiresMillis(expiresMillis)
                        .addAllRole(roles))
                .build());
        tokens.put(name, minted.text());
        return "Authorization: Bearer " + minted.text();
    }

    public void revoke(String name) {
        requireApplied(Command.newBuilder()
                .setPrincipalDelete(PrincipalDelete.newBuilder().setName(name))
                .build());
    }

    private void requireApplied(Command command) {
        if (!store.apply(command).hasAuthChanged()) {
            throw new IllegalStateException("Not applied: " + command);
        }
    }
}
