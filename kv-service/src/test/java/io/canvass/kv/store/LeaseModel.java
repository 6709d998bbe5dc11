package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.DueLease;
import io.canvass.proto.kv.v1.LeaseEnded;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LeasesExpired;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockQueued;
import io.canvass.proto.kv.v1.LockRelease;
import io.canvass.proto.kv.v1.LockReleased;
import io.canvass.proto.kv.v1.LockTaken;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;

/** The leases and locks of a {@link StoreModel}: a map, and a list for each lock. */
final class LeaseModel {
    private final StoreModel store;
    private final TreeMap<Long, LeaseInfo> leases = new TreeMap<>();
    private final TreeMap<ByteString, List<Ticket>> locks = new TreeMap<>(StoreModel.ORDER);
    private long last;
    private String author = "";
    private boolean mayUseAll = true;

    LeaseModel(StoreModel store) {
        this.store = store;
    }

    void actFor(Command command, AuthModel auth) {
        author = command.hasAuthority() ? command.getAuthority().getPrincipal() : "";
        mayUseAll = author.isEmpty() || auth.isAdmin(author);
    }

    private boolean usable(long id) {
        return leases.containsKey(id) && (mayUseAll || existing(id).getOwner().equals(author));
    }

    /** As they stand, with how much is attached to each. */
    List<LeaseInfo> all() {
        return leases.keySet().stream().map(this::info).toList();
    }

    List<Ticket> queue(ByteString name) {
        return locks.getOrDefault(name, List.of());
    }

    private LeaseInfo info(long id) {
        int attached = store.keysWithLease(id).size() + tickets(id).size();
        return existing(id).toBuilder().setAttached(attached).build();
    }

    private LeaseInfo existing(long id) {
        return Optional.ofNullable(leases.get(id)).orElseThrow();
    }

    private List<Ticket> tickets(long lease) {
        return locks.values().stream()
                .flatMap(List::stream)
                .filter(ticket -> ticket.getLease() == lease)
                .toList();
    }

    Optional<Refused.Reason> whyNot(Put put) {
        return put.hasLease() && !usable(put.getLease())
                ? Optional.of(Refused.Reason.LEASE_NOT_FOUND)
                : Optional.empty();
    }

    long make(long ttlMillis, long index, boolean anonymous) {
        last = Math.max(index, last + 1);
        leases.put(last, LeaseInfo.newBuilder()
                .setId(last)
                .setTtlMillis(ttlMillis)
                .setAnonymous(anonymous)
                .setOwner(author)
                .build());
        return last;
    }

    /** To be asked of a lease from which something was taken. */
    void endIfBare(long id) {
        if (id != 0 && leases.containsKey(id) && existing(id).getAnonymous() && info(id).getAttached() == 0) {
            leases.remove(id);
        }
    }

    Result.Builder grant(long ttlMillis, long index) {
        return Result.newBuilder().setLease(info(make(ttlMillis, index, false)));
    }

    Result.Builder keepAlive(long id) {
        if (!usable(id)) {
            return StoreModel.refused(Refused.Reason.LEASE_NOT_FOUND);
        }
        renew(id, existing(id).getTtlMillis());
        return Result.newBuilder().setLease(info(id));
    }

    private void renew(long id, long ttlMillis) {
        LeaseInfo lease = existing(id);
        leases.put(id, lease.toBuilder().setRenewals(lease.getRenewals() + 1).setTtlMillis(ttlMillis).build());
    }

    Result.Builder revoke(long id) {
        return usable(id)
                ? Result.newBuilder().setLeaseEnded(LeaseEnded.newBuilder().setLease(id).setRemoved(end(id)))
                : StoreModel.refused(Refused.Reason.LEASE_NOT_FOUND);
    }

    Result.Builder expire(LeaseExpire expire, long epoch) {
        LeasesExpired.Builder expired = LeasesExpired.newBuilder();
        for (DueLease due : expire.getDueList()) {
            LeaseInfo lease = leases.get(due.getLease());
            if (lease != null && expire.getEpoch() == epoch && lease.getRenewals() == due.getRenewals()) {
                expired.setRemoved(expired.getRemoved() + end(due.getLease())).addLease(due.getLease());
            }
        }
        return Result.newBuilder().setLeasesExpired(expired);
    }

    private int end(long id) {
        List<ByteString> keys = store.keysWithLease(id);
        List<Ticket> tickets = tickets(id);
        leases.remove(id);
        keys.forEach(key -> store.delete(key, false));
        List.copyOf(locks.keySet()).forEach(name -> {
            List<Ticket> own = queue(name).stream().filter(ticket -> ticket.getLease() == id).toList();
            own.forEach(ticket -> remove(name, ticket));
        });
        return keys.size() + tickets.size();
    }

    private void remove(ByteString name, Ticket ticket) {
        List<Ticket> left = new ArrayList<>(queue(name));
        left.remove(ticket);
        if (left.isEmpty()) {
            locks.remove(name);
        } else {
            locks.put(name, left);
        }
        store.changed("lock " + TestLog.hex(name));
    }

    Result.Builder acquire(LockAcquire ask, long index) {
        if (ask.hasLease() && !usable(ask.getLease())) {
            return StoreModel.refused(Refused.Reason.LEASE_NOT_FOUND);
        }
        ByteString name = ask.getName();
        List<Ticket> queue = new ArrayList<>(queue(name));
        for (int i = 0; i < queue.size(); i++) {
            Ticket ticket = queue.get(i);
            if (ticket.getOwner().equals(ask.getOwner())) {
                queue.set(i, kept(ask, ticket, index));
                locks.put(name, queue);
                endIfBare(ticket.getLease());
                return i == 0 || ask.getWait() ? standing(queue, i, true) : held(queue);
            }
        }
        if (!queue.isEmpty() && !ask.getWait()) {
            return held(queue);
        }
        queue.add(Ticket.newBuilder()
                .setToken(store.next())
                .setOwner(ask.getOwner())
                .setLease(ask.hasLease() ? ask.getLease() : make(ask.getTtlMillis(), index, true))
                .build());
        locks.put(name, queue);
        store.changed("lock " + TestLog.hex(name));
        return standing(queue, queue.size() - 1, false);
    }

    private Ticket kept(LockAcquire ask, Ticket ticket, long index) {
        LeaseInfo lease = existing(ticket.getLease());
        if (ask.hasLease() ? ask.getLease() == ticket.getLease() : lease.getAnonymous()) {
            renew(ticket.getLease(), ask.hasLease() ? lease.getTtlMillis() : ask.getTtlMillis());
            return ticket;
        }
        long other = ask.hasLease() ? ask.getLease() : make(ask.getTtlMillis(), index, true);
        return ticket.toBuilder().setLease(other).build();
    }

    private static Result.Builder held(List<Ticket> queue) {
        return Result.newBuilder().setRefused(
                Refused.newBuilder().setReason(Refused.Reason.LOCK_HELD).setHolder(queue.getFirst()));
    }

    private static Result.Builder standing(List<Ticket> queue, int place, boolean renewed) {
        return place == 0
                ? Result.newBuilder().setLockTaken(
                        LockTaken.newBuilder().setTicket(queue.getFirst()).setRenewed(renewed))
                : Result.newBuilder().setLockQueued(LockQueued.newBuilder()
                        .setTicket(queue.get(place))
                        .setHolder(queue.getFirst())
                        .setRenewed(renewed));
    }

    Result.Builder release(LockRelease ask) {
        Optional<Ticket> found = queue(ask.getName()).stream()
                .filter(ticket -> ticket.getToken() == ask.getToken())
                .findFirst();
        Optional<Ticket> holder = queue(ask.getName()).stream().findFirst();
        if (found.isEmpty()) {
            Refused.Builder refused = Refused.newBuilder().setReason(Refused.Reason.NOT_HOLDER);
            holder.ifPresent(refused::setHolder);
            return Result.newBuilder().setRefused(refused);
        }
        remove(ask.getName(), found.get());
        endIfBare(found.get().getLease());
        LockReleased.Builder released = LockReleased.newBuilder();
        queue(ask.getName()).stream().findFirst().ifPresent(released::setHolder);
        return Result.newBuilder().setLockReleased(released);
    }
}
