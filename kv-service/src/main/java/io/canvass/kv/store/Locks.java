package io.canvass.kv.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.UnsafeByteOperations;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockQueued;
import io.canvass.proto.kv.v1.LockRelease;
import io.canvass.proto.kv.v1.LockReleased;
import io.canvass.proto.kv.v1.LockTaken;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;
import org.rocksdb.RocksDBException;

/**
 * Locks and elections: a queue of tickets for each name, whose first one holds it. A ticket's number is the revision
 * that made it, so the order of the queue is that of arrival and the holder's number a fencing token: whoever holds the
 * lock later has a higher one. Nothing is handed over by a write of its own, so nobody can be handed a lock that his
 * ticket does not stand for any more.
 */
final class Locks {
    private final Draft draft;
    private final Leases leases;

    /** The row of a lock that somebody holds. */
    record Queue(long head, long waiters) {
        static final int BYTES = 2 * Long.BYTES;

        byte[] encode() {
            return ByteBuffer.allocate(BYTES).putLong(head).putLong(waiters).array();
        }

        static Queue decode(byte[] row) {
            if (row.length != BYTES) {
                throw StoreException.damaged("a lock has " + row.length + " bytes instead of " + BYTES);
            }
            ByteBuffer in = ByteBuffer.wrap(row);
            return new Queue(in.getLong(), in.getLong());
        }
    }

    Locks(Draft draft, Leases leases) {
        this.draft = draft;
        this.leases = leases;
    }

    Result.Builder acquire(LockAcquire ask) throws RocksDBException {
        LockName lock = new LockName((byte) ask.getSpaceValue(), ask.getName().toByteArray());
        byte[] owner = ask.getOwner().toByteArray();
        Optional<Refused> refused = whyNot(ask);
        if (refused.isPresent()) {
            return Result.newBuilder().setRefused(refused.get());
        }
        Optional<Queue> queue = queue(lock);
        Optional<Long> token = draft.row(SystemLayout.owner(lock, owner)).map(KeyLayout::number);
        if (token.isPresent() && queue.isPresent()) {
            return again(ask, lock, queue.get(), token.get());
        }
        refused = queue.isPresent() ? whyNotQueued(ask, lock, queue.get()) : Optional.empty();
        refused = refused.or(() -> whyNoLife(ask));
        if (refused.isPresent()) {
            return Result.newBuilder().setRefused(refused.get());
        }
        return enter(ask, lock, owner, queue);
    }

    private Optional<Refused> whyNot(LockAcquire ask) {
        return ask.hasLease() && leases.find(ask.getLease()).isEmpty()
                ? Optional.of(Leases.notFound(ask.getLease()))
                : Optional.empty();
    }

    private Optional<Refused> whyNoLife(LockAcquire ask) {
        return ask.hasTtlMillis() ? leases.whyNotGranted() : Optional.empty();
    }

    private Optional<Refused> whyNotQueued(LockAcquire ask, LockName lock, Queue queue) {
        Ticket holder = ticket(lock, queue.head());
        if (!ask.getWait()) {
            return Optional.of(Refusals.of(Refused.Reason.LOCK_HELD, "Somebody else holds it.")
                    .setHolder(holder)
                    .build());
        }
        if (queue.waiters() >= ApplyLimits.MAX_WAITERS) {
            return Optional.of(Refusals.of(Refused.Reason.QUEUE_FULL, "As many wait for it as may.")
                    .setLimit(ApplyLimits.MAX_WAITERS)
                    .setActual(queue.waiters())
                    .setHolder(holder)
                    .build());
        }
        return Optional.empty();
    }

    private Result.Builder enter(LockAcquire ask, LockName lock, byte[] owner, Optional<Queue> queue)
            throws RocksDBException {
        long token = draft.revisionOfChange();
        draft.lockChanged(lock);
        long lease = life(ask);
        writeTicket(lock, token, lease, owner);
        draft.putRow(SystemLayout.owner(lock, owner), KeyLayout.number(token));
        leases.attach(lease, SystemLayout.ATTACHED_TICKET, attachment(lock, token));
        draft.fold(HashChain.Event.TICKET_MADE, SystemLayout.owner(lock, owner), token, lease);
        Queue after = queue.map(before -> new Queue(before.head(), before.waiters() + 1)).orElse(new Queue(token, 0));
        draft.putRow(SystemLayout.lock(lock), after.encode());
        return standing(lock, after, token, Renewal.FIRST);
    }

    private long life(LockAcquire ask) throws RocksDBException {
        return ask.hasLease() ? ask.getLease() : leases.grant(ask.getTtlMillis(), Leases.Ownership.ANONYMOUS);
    }

    private enum Renewal {
        FIRST,
        AGAIN
    }

    /** The owner has a ticket: it is kept alive, and what it stands for now is the answer. */
    private Result.Builder again(LockAcquire ask, LockName lock, Queue queue, long token) throws RocksDBException {
        Ticket ticket = ticket(lock, token);
        long lease = ticket.getLease();
        LeaseRecord record = leases.stored(lease)
                .orElseThrow(() -> StoreException.damaged("a ticket has a lease that does not exist"));
        if (record.ending()) {
            // What is left of it goes with the leader's next entry: it is as lost as if it had gone.
            return Result.newBuilder().setRefused(Leases.notFound(lease));
        }
        boolean same = ask.hasLease() ? ask.getLease() == lease : record.anonymous();
        if (same) {
            leases.renew(lease, record, ask.hasLease() ? record.ttlMillis() : ask.getTtlMillis());
        } else {
            Optional<Refused> refused = whyNoLife(ask);
            if (refused.isPresent()) {
                return Result.newBuilder().setRefused(refused.get());
            }
            long other = life(ask);
            leases.attach(other, SystemLayout.ATTACHED_TICKET, attachment(lock, token));
            writeTicket(lock, token, other, ticket.getOwner().toByteArray());
            draft.fold(HashChain.Event.TICKET_MADE, attachment(lock, token), token, other);
            leases.detach(lease, SystemLayout.ATTACHED_TICKET, attachment(lock, token));
        }
        if (queue.head() != token && !ask.getWait()) {
            return Result.newBuilder()
                    .setRefused(Refusals.of(Refused.Reason.LOCK_HELD, "Somebody else holds it; the owner waits for it.")
                            .setHolder(ticket(lock, queue.head())));
        }
        return standing(lock, queue, token, Renewal.AGAIN);
    }

    private Result.Builder standing(LockName lock, Queue queue, long token, Renewal renewal) {
        Ticket ticket = ticket(lock, token);
        boolean renewed = renewal == Renewal.AGAIN;
        return queue.head() == token
                ? Result.newBuilder()
                        .setLockTaken(LockTaken.newBuilder().setTicket(ticket).setRenewed(renewed))
                : Result.newBuilder()
                        .setLockQueued(LockQueued.newBuilder()
                                .setTicket(ticket)
                                .setHolder(ticket(lock, queue.head()))
                                .setRenewed(renewed));
    }

    Result.Builder release(LockRelease ask) throws RocksDBException {
        LockName lock = new LockName((byte) ask.getSpaceValue(), ask.getName().toByteArray());
        Optional<byte[]> row = draft.row(SystemLayout.ticket(lock, ask.getToken()));
        if (row.isEmpty()) {
            Refused.Builder refused = Refusals.of(
                    Refused.Reason.NOT_HOLDER, "Token " + ask.getToken() + " is not, or no longer, in the queue.");
            queue(lock).ifPresent(queue -> refused.setHolder(ticket(lock, queue.head())));
            return Result.newBuilder().setRefused(refused);
        }
        leases.detach(
                decode(ask.getToken(), row.get()).getLease(),
                SystemLayout.ATTACHED_TICKET,
                attachment(lock, ask.getToken()));
        remove(lock, ask.getToken());
        LockReleased.Builder released = LockReleased.newBuilder();
        queue(lock).ifPresent(queue -> released.setHolder(ticket(lock, queue.head())));
        return Result.newBuilder().setLockReleased(released);
    }

    /** Takes a ticket out of its queue, whose lease knows of it no more. */
    void remove(LockName lock, long token) throws RocksDBException {
        Queue queue = queue(lock).orElseThrow(() -> StoreException.damaged("a ticket has no lock"));
        byte[] owner = ticket(lock, token).getOwner().toByteArray();
        draft.lockChanged(lock);
        draft.deleteRow(SystemLayout.ticket(lock, token));
        draft.deleteRow(SystemLayout.owner(lock, owner));
        draft.fold(HashChain.Event.TICKET_REMOVED, SystemLayout.owner(lock, owner), token, 0);
        if (queue.waiters() == 0) {
            draft.deleteRow(SystemLayout.lock(lock));
            return;
        }
        long head = queue.head() == token ? next(lock, token) : queue.head();
        draft.putRow(SystemLayout.lock(lock), new Queue(head, queue.waiters() - 1).encode());
    }

    /** Looks from the former holder on, not from the start: there lie the remains of all before him. */
    private long next(LockName lock, long token) {
        KeySpan all = KeySpan.prefix(Bytes.wrap(SystemLayout.tickets(lock)));
        Bytes from = Bytes.wrap(SystemLayout.ticket(lock, token + 1));
        List<byte[]> found = draft.rowsIn(new KeySpan(from, all.end(), 0), 1);
        if (found.isEmpty()) {
            throw StoreException.damaged("a lock has fewer tickets than it says");
        }
        return SystemLayout.lastNumber(found.getFirst());
    }

    private Optional<Queue> queue(LockName lock) {
        return draft.row(SystemLayout.lock(lock)).map(Queue::decode);
    }

    private Ticket ticket(LockName lock, long token) {
        return draft.row(SystemLayout.ticket(lock, token))
                .map(row -> decode(token, row))
                .orElseThrow(() -> StoreException.damaged("a ticket of a lock is missing"));
    }

    private void writeTicket(LockName lock, long token, long lease, byte[] owner) throws RocksDBException {
        byte[] value =
                ByteBuffer.allocate(Long.BYTES + owner.length).putLong(lease).put(owner).array();
        draft.putRow(SystemLayout.ticket(lock, token), value);
    }

    static Ticket decode(long token, byte[] row) {
        return Ticket.newBuilder()
                .setToken(token)
                .setLease(ByteBuffer.wrap(row).getLong())
                .setOwner(UnsafeByteOperations.unsafeWrap(Arrays.copyOfRange(row, Long.BYTES, row.length)))
                .build();
    }

    /** How a ticket is named among what is attached to a lease. */
    private static byte[] attachment(LockName lock, long token) {
        byte[] row = SystemLayout.ticket(lock, token);
        return Arrays.copyOfRange(row, 1, row.length);
    }
}
