package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.store.KvQueries.LeasePage;
import io.canvass.kv.store.KvQueries.LockQueue;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/** Reads of leases, locks and the time of entries. */
final class SystemReads {
    private SystemReads() {}

    static Optional<LeaseInfo> lease(Database database, ReadOptions options, long id) {
        return database.get(database.system(), options, SystemLayout.lease(id))
                .map(row -> LeaseRecord.decode(row).info(id));
    }

    static LeasePage leases(Database database, ReadView view, long after, int limit) {
        List<LeaseInfo> leases = new ArrayList<>();
        try (RocksIterator rows = database.iterator(database.system(), view.options())) {
            for (rows.seek(SystemLayout.lease(after + 1)); isOf(SystemLayout.LEASE, rows); rows.next()) {
                if (leases.size() == limit) {
                    return new LeasePage(view.state().appliedIndex(), leases, true);
                }
                leases.add(LeaseRecord.decode(rows.value()).info(SystemLayout.lastNumber(rows.key())));
            }
            Database.requireSound(rows);
        }
        return new LeasePage(view.state().appliedIndex(), leases, false);
    }

    private static boolean isOf(byte kind, RocksIterator rows) {
        return rows.isValid() && rows.key()[0] == kind;
    }

    static List<Bytes> leaseKeys(Database database, ReadView view, long id, Optional<Bytes> after, int limit) {
        byte[] first = after.map(key -> KeyLayout.after(key.array())).orElse(new byte[0]);
        KeySpan all = KeySpan.prefix(
                Bytes.wrap(SystemLayout.attachment(id, SystemLayout.ATTACHED_KEY, new byte[0])));
        List<Bytes> keys = new ArrayList<>();
        try (RocksIterator rows = database.iterator(database.system(), view.options())) {
            for (rows.seek(SystemLayout.attachment(id, SystemLayout.ATTACHED_KEY, first));
                    keys.size() < limit && rows.isValid() && all.endsAfter(rows.key());
                    rows.next()) {
                keys.add(Bytes.wrap(SystemLayout.attached(rows.key())));
            }
            Database.requireSound(rows);
        }
        return keys;
    }

    static LockQueue lock(Database database, ReadView view, LockSpace space, Bytes name, int limit) {
        LockName lock = new LockName((byte) space.getNumber(), name.array());
        long revision = view.state().revision();
        Optional<Locks.Queue> queue =
                database.get(database.system(), view.options(), SystemLayout.lock(lock)).map(Locks.Queue::decode);
        if (queue.isEmpty()) {
            return new LockQueue(revision, Optional.empty(), List.of(), 0);
        }
        KeySpan all = KeySpan.prefix(Bytes.wrap(SystemLayout.tickets(lock)));
        List<Ticket> tickets = new ArrayList<>();
        try (RocksIterator rows = database.iterator(database.system(), view.options())) {
            for (rows.seek(SystemLayout.ticket(lock, queue.get().head()));
                    tickets.size() <= limit && rows.isValid() && all.endsAfter(rows.key());
                    rows.next()) {
                tickets.add(Locks.decode(SystemLayout.lastNumber(rows.key()), rows.value()));
            }
            Database.requireSound(rows);
        }
        if (tickets.isEmpty()) {
            throw StoreException.damaged("a lock has no ticket");
        }
        return new LockQueue(
                revision,
                Optional.of(tickets.getFirst()),
                tickets.subList(1, tickets.size()),
                queue.get().waiters());
    }

    static Optional<Ticket> ticket(Database database, ReadOptions options, LockName lock, byte[] owner) {
        return database.get(database.system(), options, SystemLayout.owner(lock, owner))
                .map(KeyLayout::number)
                .flatMap(token -> database.get(database.system(), options, SystemLayout.ticket(lock, token))
                        .map(row -> Locks.decode(token, row)));
    }

    static OptionalLong revisionAt(Database database, ReadOptions options, long timeMillis) {
        try (RocksIterator rows = database.iterator(database.system(), options)) {
            rows.seekForPrev(SystemLayout.sample(Math.max(timeMillis, 0)));
            if (isOf(SystemLayout.SAMPLE, rows)) {
                return OptionalLong.of(KeyLayout.number(rows.value()));
            }
            Database.requireSound(rows);
            return OptionalLong.empty();
        }
    }
}
