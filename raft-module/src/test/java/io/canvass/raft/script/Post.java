package io.canvass.raft.script;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Message;
import org.jspecify.annotations.Nullable;

/** What is under way, in the order of sending, and which ways are closed. */
final class Post {
    private record Asked(long life, long correlation) {}

    private record Way(String from, String to) {}

    private final List<Letter> pending = new ArrayList<>();
    private final Set<Way> cut = new HashSet<>();
    /** By the number that a receiver was given for a request: its response bears it. */
    private final Map<Long, Asked> asked = new HashMap<>();
    /** By who asked whom. */
    private final Map<Way, Asked> newest = new HashMap<>();
    private long sent;
    private long delivered;

    /** @return whether the letter is under way, and not lost on a cut link */
    boolean send(Letter letter) {
        if (cut.contains(new Way(letter.from(), letter.to()))) {
            return false;
        }
        pending.add(letter);
        return true;
    }

    Letter letter(String from, long life, Effect.Send send) {
        if (send.message() instanceof Message.Request) {
            newest.put(new Way(from, send.to().nodeId()), new Asked(life, send.correlation()));
        }
        return new Letter(++sent, from, life, send.to().nodeId(), send.lane(), send.correlation(), send.message());
    }

    List<Letter> pending() {
        return List.copyOf(pending);
    }

    void take(Letter letter) {
        if (!pending.remove(letter)) {
            throw new ScriptException(letter + " is not under way");
        }
    }

    /** The oldest under way on this way whose words begin so. */
    Letter find(String from, String to, String beginning) {
        return pending.stream()
                .filter(letter -> letter.is(from, to, beginning))
                .findFirst()
                .orElseThrow(() -> new ScriptException("Nothing like '" + beginning + "' is under way from " + from
                        + " to " + to + "; there are " + pending));
    }

    /**
     * The number that the receiver is given with the message: for a request, one that its response is to bear; for a response,
     * that of its request. Null if the process that asked is gone.
     */
    @Nullable Long correlation(Letter letter, long receiversLife) {
        return switch (letter.message()) {
            case Message.Request r -> {
                asked.put(++delivered, new Asked(letter.life(), letter.correlation()));
                yield delivered;
            }
            case Message.Response r -> {
                Asked question = asked.get(letter.correlation());
                if (question == null) {
                    throw new ScriptException(letter + " answers no request");
                }
                yield question.life() == receiversLife ? question.correlation() : null;
            }
        };
    }

    /** The number of the newest request to who wrote this response: as of a transport that mixes answers up. */
    long mixedUp(Letter response) {
        Asked question = newest.get(new Way(response.to(), response.from()));
        if (question == null || !(response.message() instanceof Message.Response)) {
            throw new ScriptException(response + " cannot be taken for an answer to another request");
        }
        return question.correlation();
    }

    void cut(String from, String to) {
        cut.add(new Way(from, to));
    }

    void mend(String from, String to) {
        cut.remove(new Way(from, to));
    }

    void mendAll() {
        cut.clear();
    }
}
