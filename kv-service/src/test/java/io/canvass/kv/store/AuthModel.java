package io.canvass.kv.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.AuthChanged;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Grant;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.Refused.Reason;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Right;
import io.canvass.proto.kv.v1.Txn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/** Roles, principals and who may do what, in as few words as can be; knows nothing of how the store judges. */
final class AuthModel {
    private final Map<String, List<Grant>> roles = new TreeMap<>();
    private final Map<String, PrincipalPut> principals = new TreeMap<>();
    private final Map<String, Long> since = new HashMap<>();
    private long revision;

    boolean allows(Command command) {
        if (!command.hasAuthority()) {
            return true;
        }
        String who = command.getAuthority().getPrincipal();
        return principals.containsKey(who)
                && requireNonNull(since.get(who)) <= command.getAuthority().getAuthRevision()
                && (isAdmin(who) || mayDo(who, command));
    }

    boolean isAdmin(String who) {
        return grants(who).stream().anyMatch(grant -> grant.getRight() == Right.RIGHT_ADMIN);
    }

    private List<Grant> grants(String who) {
        return requireNonNull(principals.get(who)).getRoleList().stream()
                .flatMap(role -> requireNonNull(roles.get(role)).stream())
                .toList();
    }

    private boolean mayDo(String who, Command command) {
        return switch (command.getKindCase()) {
            case PUT -> onKey(who, command.getPut().getKey(), command.getPut().getReturnPrevious());
            case DELETE -> onKey(who, command.getDelete().getKey(), command.getDelete().getReturnPrevious());
            case ADD -> onKey(who, command.getAdd().getKey(), true);
            case DELETE_RANGE -> onRange(who, command.getDeleteRange().getRange());
            case TXN -> inTxn(who, command.getTxn());
            case LOCK_ACQUIRE -> has(who, Right.RIGHT_LOCK, command.getLockAcquire().getName());
            case LOCK_RELEASE -> has(who, Right.RIGHT_LOCK, command.getLockRelease().getName());
            case LEASE_GRANT, LEASE_KEEP_ALIVE, LEASE_REVOKE ->
                grants(who).stream().anyMatch(grant ->
                        grant.getRight() == Right.RIGHT_LOCK || grant.getRight() == Right.RIGHT_WRITE);
            default -> false;
        };
    }

    private boolean onKey(String who, ByteString key, boolean reads) {
        return has(who, Right.RIGHT_WRITE, key) && (!reads || has(who, Right.RIGHT_READ, key));
    }

    private boolean has(String who, Right right, ByteString key) {
        return grants(who).stream()
                .anyMatch(grant -> grant.getRight() == right && key.startsWith(grant.getPrefix()));
    }

    /** All keys of a range begin with a prefix if it is of a longer prefix, or ends no later than the last of them. */
    private boolean onRange(String who, KeyRange range) {
        return grants(who).stream()
                .filter(grant -> grant.getRight() == Right.RIGHT_WRITE)
                .map(Grant::getPrefix)
                .anyMatch(prefix -> range.getStart().startsWith(prefix)
                        && (prefix.isEmpty() || range.hasPrefix() || isAll(prefix, range)));
    }

    private static boolean isAll(ByteString prefix, KeyRange range) {
        boolean last = prefix.toByteArray().length > 0 && allOnes(prefix);
        if (range.hasUnbounded()) {
            return last;
        }
        ByteString end = range.getEnd();
        return last || end.startsWith(prefix) || StoreModel.ORDER.compare(end, range.getStart()) <= 0
                || end.equals(next(prefix));
    }

    private static boolean allOnes(ByteString prefix) {
        for (byte one : prefix) {
            if (one != (byte) 0xff) {
                return false;
            }
        }
        return true;
    }

    private static ByteString next(ByteString prefix) {
        byte[] bytes = prefix.toByteArray();
        int length = bytes.length;
        while (bytes[length - 1] == (byte) 0xff) {
            length--;
        }
        bytes[length - 1]++;
        return ByteString.copyFrom(bytes, 0, length);
    }

    private boolean inTxn(String who, Txn txn) {
        return grants(who).stream().anyMatch(grant -> grant.getRight() == Right.RIGHT_WRITE || operations(txn) > 0)
                && txn.getCompareList().stream().allMatch(compare -> has(who, Right.RIGHT_READ, compare.getKey()))
                && txn.getThenList().stream().allMatch(operation -> inTxn(who, operation))
                && txn.getOtherwiseList().stream().allMatch(operation -> inTxn(who, operation));
    }

    private static int operations(Txn txn) {
        return txn.getCompareCount() + txn.getThenCount() + txn.getOtherwiseCount();
    }

    private boolean inTxn(String who, Operation operation) {
        return switch (operation.getKindCase()) {
            case PUT -> onKey(who, operation.getPut().getKey(), operation.getPut().getReturnPrevious());
            case DELETE -> onKey(who, operation.getDelete().getKey(), operation.getDelete().getReturnPrevious());
            case DELETE_RANGE -> onRange(who, operation.getDeleteRange());
            case GET -> has(who, Right.RIGHT_READ, operation.getGet().getKey());
            case KIND_NOT_SET -> throw new AssertionError();
        };
    }

    Result.Builder perform(Command command) {
        return switch (command.getKindCase()) {
            case ROLE_PUT -> changed(roles.put(
                            command.getRolePut().getName(), command.getRolePut().getGrantList())
                    != null);
            case ROLE_DELETE -> deleteRole(command.getRoleDelete().getName());
            case PRINCIPAL_PUT -> put(command.getPrincipalPut());
            case PRINCIPAL_DELETE -> principals.remove(command.getPrincipalDelete().getName()) == null
                    ? StoreModel.refused(Reason.PRINCIPAL_NOT_FOUND)
                    : changed(true);
            default -> throw new AssertionError();
        };
    }

    private Result.Builder deleteRole(String name) {
        if (!roles.containsKey(name)) {
            return StoreModel.refused(Reason.ROLE_NOT_FOUND);
        }
        if (principals.values().stream().anyMatch(principal -> principal.getRoleList().contains(name))) {
            return StoreModel.refused(Reason.ROLE_IN_USE);
        }
        roles.remove(name);
        return changed(true);
    }

    private Result.Builder put(PrincipalPut put) {
        if (principals.containsKey(put.getName()) && put.getMustBeNew()) {
            return StoreModel.refused(Reason.PRINCIPAL_EXISTS);
        }
        if (!roles.keySet().containsAll(put.getRoleList())) {
            return StoreModel.refused(Reason.ROLE_NOT_FOUND);
        }
        Optional<PrincipalPut> other = principals.values().stream()
                .filter(known -> put.hasCertificate() && known.getCertificate().equals(put.getCertificate()))
                .filter(known -> !known.getName().equals(put.getName()))
                .findAny();
        if (other.isPresent()) {
            return StoreModel.refused(Reason.CERTIFICATE_TAKEN);
        }
        boolean existed = principals.put(put.getName(), put) != null;
        since.put(put.getName(), revision + 1);
        return changed(existed);
    }

    private Result.Builder changed(boolean existed) {
        revision++;
        return Result.newBuilder()
                .setAuthChanged(AuthChanged.newBuilder().setAuthRevision(revision).setExisted(existed));
    }

    void assertSame(AuthState state) {
        assertThat(state.revision()).isEqualTo(revision);
        assertThat(state.roles().keySet()).isEqualTo(roles.keySet());
        assertThat(state.principals().keySet()).isEqualTo(principals.keySet());
        principals.forEach((name, put) -> assertThat(
                        state.principal(name).orElseThrow().roles())
                .isEqualTo(put.getRoleList()));
    }
}
