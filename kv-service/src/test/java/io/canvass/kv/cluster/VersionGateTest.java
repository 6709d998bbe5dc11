package io.canvass.kv.cluster;

import java.util.List;

import io.canvass.kv.store.Commands;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Authority;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.DeleteRange;
import io.canvass.proto.kv.v1.Idempotency;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseGrant;
import io.canvass.proto.kv.v1.LeaseKeepAlive;
import io.canvass.proto.kv.v1.LeaseRevoke;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockRelease;
import io.canvass.proto.kv.v1.PrincipalDelete;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.RaiseRevision;
import io.canvass.proto.kv.v1.RoleDelete;
import io.canvass.proto.kv.v1.RolePut;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class VersionGateTest {
    private static Member member(String id, int maxVersion) {
        return new Member(ReplicaKey.ofNode(id), id + ":9080", "", Promotion.AUTO, (short) 0, (short) maxVersion);
    }

    @Test
    void whatEveryReleaseAppliesIsAlwaysTaken() {
        Configuration untold = Configuration.ofVoters(List.of(member("kv-1", 0), member("kv-2", 0)));
        assertThat(VersionGate.refusal(Commands.FIRST_VERSION, untold)).isEmpty();
    }

    @Test
    void aNewerCommandIsTakenOnceAllMembersAreKnownToSpeakItsVersion() {
        Configuration upgraded = Configuration.ofVoters(List.of(member("kv-1", 3), member("kv-2", 4)));
        assertThat(VersionGate.refusal(3, upgraded)).isEmpty();
        assertThat(VersionGate.refusal(4, upgraded).orElseThrow().why()).endsWith("not known to speak it: kv-1 (3).");
    }

    /** They apply the log, too, and may become voters. */
    @Test
    void observersCount() {
        Configuration configuration = new Configuration(List.of(member("kv-1", 3)), List.of(member("kv-2", 2)));
        assertThat(VersionGate.refusal(3, configuration).orElseThrow().why()).endsWith("not known to speak it: kv-2 (2).");
    }

    @Test
    void onlyWhatIsNotWrittenDownYetPassesByItself() {
        Configuration young = Configuration.ofVoters(List.of(member("kv-1", 4), member("kv-2", 0)));
        assertThat(VersionGate.refusal(4, young).orElseThrow().passing()).isTrue();
        Configuration older = Configuration.ofVoters(List.of(member("kv-1", 0), member("kv-2", 2)));
        assertThat(VersionGate.refusal(4, older).orElseThrow().passing()).isFalse();
    }

    @Test
    void eachKindOfCommandHasItsVersion() {
        Command put = Command.newBuilder().setPut(Put.getDefaultInstance()).build();
        Command delete = Command.newBuilder().setDelete(Delete.getDefaultInstance()).build();
        assertThat(List.of(put, delete)).allMatch(command -> Commands.requiredVersion(command) == Commands.FIRST_VERSION);
        Command raise = Command.newBuilder().setRaiseRevision(RaiseRevision.getDefaultInstance()).build();
        assertThat(Commands.requiredVersion(raise)).isEqualTo(RaftConfig.MEMBERS_VERSION);
        assertThat(Command.KindCase.values()).as("a kind that is new needs a version, and a line here").hasSize(18);
        List<Command> ofTransactions = List.of(
                Command.newBuilder().setCompact(Compact.getDefaultInstance()).build(),
                Command.newBuilder().setDeleteRange(DeleteRange.getDefaultInstance()).build(),
                Command.newBuilder().setTxn(Txn.getDefaultInstance()).build(),
                Command.newBuilder().setAdd(Add.getDefaultInstance()).build(),
                Command.newBuilder().setLeaseGrant(LeaseGrant.getDefaultInstance()).build(),
                Command.newBuilder().setLeaseKeepAlive(LeaseKeepAlive.getDefaultInstance()).build(),
                Command.newBuilder().setLeaseRevoke(LeaseRevoke.getDefaultInstance()).build(),
                Command.newBuilder().setLeaseExpire(LeaseExpire.getDefaultInstance()).build(),
                Command.newBuilder().setLockAcquire(LockAcquire.getDefaultInstance()).build(),
                Command.newBuilder().setLockRelease(LockRelease.getDefaultInstance()).build(),
                Command.newBuilder().setPut(Put.newBuilder().setTtlMillis(1)).build(),
                Command.newBuilder().setPut(Put.newBuilder().setLease(1)).build(),
                put.toBuilder().setIdempotency(Idempotency.getDefaultInstance()).build(),
                delete.toBuilder().setIdempotency(Idempotency.getDefaultInstance()).build());
        assertThat(ofTransactions)
                .allMatch(command -> Commands.requiredVersion(command) == RaftConfig.TRANSACTIONS_VERSION);
        List<Command> ofSecurity = List.of(
                Command.newBuilder().setRolePut(RolePut.getDefaultInstance()).build(),
                Command.newBuilder().setRoleDelete(RoleDelete.getDefaultInstance()).build(),
                Command.newBuilder().setPrincipalPut(PrincipalPut.getDefaultInstance()).build(),
                Command.newBuilder().setPrincipalDelete(PrincipalDelete.getDefaultInstance()).build(),
                put.toBuilder().setAuthority(Authority.getDefaultInstance()).build(),
                raise.toBuilder().setAuthority(Authority.getDefaultInstance()).build());
        assertThat(ofSecurity).allMatch(command -> Commands.requiredVersion(command) == RaftConfig.SECURITY_VERSION);
        assertThatIllegalArgumentException().isThrownBy(() -> Commands.requiredVersion(Command.getDefaultInstance()));
    }
}
