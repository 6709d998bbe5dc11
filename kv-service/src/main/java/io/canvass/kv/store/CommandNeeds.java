package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;

/**
 * Which rights a command needs, told from what it does and not from the request that it was made of: whatever is put into a
 * command is judged, wherever it stands. What an answer tells of a key is a read of that key: a comparison, the value before,
 * a counter's sum.
 *
 * <p>Whose a lease is, is not told by the command: {@link Leases} judges that.
 */
public final class CommandNeeds {
    private CommandNeeds() {}

    /**
     * All that are needed; never empty.
     *
     * @param command one that {@link Validity} has nothing against
     */
    public static List<Need> of(Command command) {
        List<Need> needs = new ArrayList<>();
        switch (command.getKindCase()) {
            case PUT -> put(command.getPut(), needs);
            case DELETE -> delete(command.getDelete().getKey(), command.getDelete().getReturnPrevious(), needs);
            case DELETE_RANGE -> needs.add(Need.on(Right.WRITE, Validity.span(command.getDeleteRange().getRange())));
            case TXN -> txn(command.getTxn(), needs);
            case ADD -> {
                needs.add(key(Right.WRITE, command.getAdd().getKey()));
                needs.add(key(Right.READ, command.getAdd().getKey()));
            }
            case LOCK_ACQUIRE -> needs.add(lock(command.getLockAcquire().getName()));
            case LOCK_RELEASE -> needs.add(lock(command.getLockRelease().getName()));
            case LEASE_GRANT, LEASE_KEEP_ALIVE, LEASE_REVOKE -> needs.add(Need.LEASES);
            case COMPACT, RAISE_REVISION, LEASE_EXPIRE, ROLE_PUT, ROLE_DELETE, PRINCIPAL_PUT, PRINCIPAL_DELETE ->
                needs.add(Need.of(Right.ADMIN));
            case KIND_NOT_SET -> throw new IllegalArgumentException("the command says nothing of what to do");
        }
        return needs;
    }

    private static void put(Put put, List<Need> needs) {
        needs.add(key(Right.WRITE, put.getKey()));
        if (put.getReturnPrevious()) {
            needs.add(key(Right.READ, put.getKey()));
        }
    }

    private static void delete(ByteString key, boolean returnsPrevious, List<Need> needs) {
        needs.add(key(Right.WRITE, key));
        if (returnsPrevious) {
            needs.add(key(Right.READ, key));
        }
    }

    private static void txn(Txn txn, List<Need> needs) {
        for (Compare compare : txn.getCompareList()) {
            needs.add(key(Right.READ, compare.getKey()));
        }
        operations(txn.getThenList(), needs);
        operations(txn.getOtherwiseList(), needs);
        if (needs.isEmpty()) {
            // It asks for nothing, which not everybody may ask.
            needs.add(Need.of(Right.WRITE));
        }
    }

    private static void operations(List<Operation> operations, List<Need> needs) {
        for (Operation operation : operations) {
            switch (operation.getKindCase()) {
                case PUT -> put(operation.getPut(), needs);
                case DELETE -> delete(operation.getDelete().getKey(), operation.getDelete().getReturnPrevious(), needs);
                case DELETE_RANGE -> needs.add(Need.on(Right.WRITE, Validity.span(operation.getDeleteRange())));
                case GET -> needs.add(key(Right.READ, operation.getGet().getKey()));
                case KIND_NOT_SET -> throw new IllegalArgumentException("an operation says nothing of what to do");
            }
        }
    }

    private static Need lock(ByteString name) {
        return Need.on(Right.LOCK, Bytes.wrap(name.toByteArray()));
    }

    private static Need key(Right right, ByteString key) {
        return Need.on(right, Bytes.wrap(key.toByteArray()));
    }
}
