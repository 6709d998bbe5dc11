package io.canvass.kv.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.simulation.InvariantViolation;

/**
 * Locks in simulated runs: tokens of a lock rise strictly from holder to holder, and a resource that takes no lower token than it has
 * seen never takes those of two owners as one. Only answers are looked at, not how the store keeps its queues.
 */
final class TokensRise {
    private final Map<ByteString, Ticket> holders = new HashMap<>();
    /** What a resource remembers: by lock, the highest token shown to it, and whose it was. */
    private final Map<ByteString, Ticket> shown = new HashMap<>();
    private final Set<String> gone = new HashSet<>();

    /** In the log's order. */
    void applied(Command command, Result result) {
        if (result.getReplayed()) {
            return;
        }
        if (command.hasLockAcquire()) {
            ByteString lock = command.getLockAcquire().getName();
            if (result.hasLockTaken()) {
                Ticket taken = result.getLockTaken().getTicket();
                if (!taken.getOwner().equals(command.getLockAcquire().getOwner())) {
                    throw new InvariantViolation("FencingTokens", "a lock was given to " + taken + " by " + command);
                }
                holds(lock, taken);
            } else if (result.hasLockQueued()) {
                holds(lock, result.getLockQueued().getHolder());
            } else if (result.getRefused().hasHolder()) {
                holds(lock, result.getRefused().getHolder());
            }
        } else if (command.hasLockRelease()) {
            ByteString lock = command.getLockRelease().getName();
            if (result.hasLockReleased()) {
                gone.add(lock.toStringUtf8() + " " + command.getLockRelease().getToken());
                if (result.getLockReleased().hasHolder()) {
                    holds(lock, result.getLockReleased().getHolder());
                }
            } else if (result.getRefused().hasHolder()) {
                holds(lock, result.getRefused().getHolder());
            }
        }
    }

    private void holds(ByteString lock, Ticket now) {
        if (gone.contains(lock.toStringUtf8() + " " + now.getToken())) {
            throw new InvariantViolation(
                    "FencingTokens", "a token that was given back holds " + lock.toStringUtf8() + ": " + now);
        }
        Ticket before = holders.put(lock, now);
        if (before == null) {
            return;
        }
        if (now.getToken() < before.getToken()) {
            throw new InvariantViolation("FencingTokens", "after " + before + " holds, with a lower token, " + now);
        }
        if (now.getToken() == before.getToken() && !now.getOwner().equals(before.getOwner())) {
            throw new InvariantViolation("FencingTokens", "one token for two owners: " + before + now);
        }
    }

    /** A client believes that it holds the lock, and shows its token to the resource at once. */
    void told(Command command, Result result) {
        if (!result.hasLockTaken()) {
            return;
        }
        Ticket ticket = result.getLockTaken().getTicket();
        Ticket highest = shown.get(command.getLockAcquire().getName());
        if (highest == null || ticket.getToken() > highest.getToken()) {
            shown.put(command.getLockAcquire().getName(), ticket);
        } else if (ticket.getToken() == highest.getToken() && !ticket.getOwner().equals(highest.getOwner())) {
            throw new InvariantViolation("FencingTokens", "two owners pass the check at a resource: " + highest + ticket);
        }
    }
}
