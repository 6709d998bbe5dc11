package io.canvass.kv.store;

import java.io.IOException;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.RaiseRevision;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.RaftConfig;

/**
 * Reads commands strictly. A command that this version understands only in part must not be applied: a node that leaves
 * out what it does not know has another state than its peers from then on (HAZARDS H5, H6).
 */
public final class Commands {
    /** What the nodes of every release apply. */
    public static final int FIRST_VERSION = 0;

    /** Thousands of raises fit below 2^53, the largest number that every JSON reader keeps exact. */
    public static final long MAX_REVISION_RAISE = 1_000_000_000_000L;

    private Commands() {}

    /**
     * The command in {@code data}, sharing its bytes. Whoever proposes bytes of another's making should ask this first:
     * what it refuses stops every node that applies it.
     *
     * @throws IllegalArgumentException if the bytes are no command, or one of a kind or with a field that this version
     *     does not know; the message says which, as a clause
     */
    public static Command parse(Bytes data) {
        Command command;
        try {
            // Entries are immutable: keys and values need not be copied out of them.
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(data.array()).newCodedInput();
            in.enableAliasing(true);
            command = Command.parseFrom(in);
            in.checkLastTagWas(0);
        } catch (IOException e) {
            throw new IllegalArgumentException("its bytes are not a command (" + e.getMessage() + ")", e);
        }
        requireKnown(command, "the command");
        // The first two are all but all commands: they are worth the words.
        switch (command.getKindCase()) {
            case PUT -> {
                requireKnown(command.getPut(), "its put");
                requireKnown(command.getPut().getPrecondition());
            }
            case DELETE -> {
                requireKnown(command.getDelete(), "its delete");
                requireKnown(command.getDelete().getPrecondition());
            }
            case RAISE_REVISION -> {
                requireKnown(command.getRaiseRevision(), "its raise of the revision");
                requireRaise(command.getRaiseRevision().getBy());
            }
            case KIND_NOT_SET -> throw new IllegalArgumentException("the command says nothing of what to do");
            case COMPACT, DELETE_RANGE, TXN, ADD, LEASE_GRANT, LEASE_KEEP_ALIVE, LEASE_REVOKE, LEASE_EXPIRE,
                    LOCK_ACQUIRE, LOCK_RELEASE, ROLE_PUT, ROLE_DELETE, PRINCIPAL_PUT, PRINCIPAL_DELETE ->
                requireAllKnown(command);
        }
        if (command.hasIdempotency()) {
            requireKnown(command.getIdempotency(), "its idempotency key");
        }
        if (command.hasAuthority()) {
            requireKnown(command.getAuthority(), "its authority");
        }
        return command;
    }

    /**
     * The lowest peer protocol version whose nodes apply commands of this kind. A command that is newer than the oldest
     * member would stop that member: no leader takes it before all members speak this version ({@code docs/versions.md}).
     *
     * @throws IllegalArgumentException if the command is of no kind that this version knows
     */
    public static int requiredVersion(Command command) {
        int ofKind = switch (command.getKindCase()) {
            case PUT -> command.hasIdempotency() || command.getPut().getLifeCase() != Put.LifeCase.LIFE_NOT_SET
                    ? RaftConfig.TRANSACTIONS_VERSION
                    : FIRST_VERSION;
            case DELETE -> command.hasIdempotency() ? RaftConfig.TRANSACTIONS_VERSION : FIRST_VERSION;
            case RAISE_REVISION ->
                command.hasIdempotency() ? RaftConfig.TRANSACTIONS_VERSION : RaftConfig.MEMBERS_VERSION;
            case COMPACT, DELETE_RANGE, TXN, ADD, LEASE_GRANT, LEASE_KEEP_ALIVE, LEASE_REVOKE, LEASE_EXPIRE,
                    LOCK_ACQUIRE, LOCK_RELEASE -> RaftConfig.TRANSACTIONS_VERSION;
            case ROLE_PUT, ROLE_DELETE, PRINCIPAL_PUT, PRINCIPAL_DELETE -> RaftConfig.SECURITY_VERSION;
            case KIND_NOT_SET -> throw new IllegalArgumentException("the command says nothing of what to do");
        };
        return command.hasAuthority() ? RaftConfig.SECURITY_VERSION : ofKind;
    }

    /**
     * The command with which a restored or recovered cluster begins.
     *
     * @param by from 1 to {@link #MAX_REVISION_RAISE}
     */
    public static Bytes raiseRevision(long by) {
        requireRaise(by);
        return Bytes.wrap(Command.newBuilder()
                .setRaiseRevision(RaiseRevision.newBuilder().setBy(by))
                .build()
                .toByteArray());
    }

    private static void requireRaise(long by) {
        if (by < 1 || by > MAX_REVISION_RAISE) {
            throw new IllegalArgumentException(
                    "the revision can be raised by 1 to " + MAX_REVISION_RAISE + ", not by"
                            + " " + Long.toUnsignedString(by));
        }
    }

    private static void requireKnown(Precondition precondition) {
        requireKnown(precondition, "its precondition");
        requireKnown(precondition.getAnyOf(), "its list of revisions");
        requireKnown(precondition.getNoneOf(), "its list of revisions");
    }

    /** All that hangs below {@code message}, too. */
    private static void requireAllKnown(Message message) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                    requireAllKnown(field, message.getRepeatedField(field, i));
                }
            } else if (!field.hasPresence() || message.hasField(field)) {
                requireAllKnown(field, message.getField(field));
            }
        }
    }

    private static void requireAllKnown(FieldDescriptor field, Object value) {
        if (value instanceof Message message) {
            requireKnown(message, "its " + field.getName());
            requireAllKnown(message);
        } else if (value instanceof EnumValueDescriptor word && word.getIndex() < 0) {
            throw new IllegalArgumentException(
                    "its " + field.getName() + " has the unknown number " + word.getNumber());
        }
    }

    private static void requireKnown(Message message, String what) {
        if (!message.getUnknownFields().isEmpty()) {
            throw new IllegalArgumentException(
                    what + " has the unknown fields " + message.getUnknownFields().asMap().keySet());
        }
    }
}
