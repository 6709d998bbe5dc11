package io.canvass.kv.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.runtime.RaftStatus;

/**
 * Which voters count on, as a leader sees them: those that were heard from within an election timeout and are not far
 * behind. Pure functions of its status.
 *
 * @param electionTimeout T
 * @param maxLag most entries that a current member may be behind
 */
record Currency(Duration electionTimeout, long maxLag) {
    /** Whether the rest could go on, and why. */
    record Judgement(boolean safe, String reason) {}

    /** Whether a majority of the voters stays current when this member stops. */
    Judgement ifStopped(RaftStatus status, String stopping) {
        Configuration configuration = status.configuration();
        List<String> current = new ArrayList<>();
        List<String> against = new ArrayList<>();
        boolean votes = false;
        for (Configuration.Member voter : configuration.voters()) {
            String id = voter.key().nodeId();
            votes |= id.equals(stopping);
            if (!id.equals(stopping)) {
                Optional<String> fault = faultOf(status, id);
                fault.ifPresentOrElse(against::add, () -> current.add(id));
            }
        }
        int needed = configuration.majority();
        String left = (votes ? "stopping " + stopping + " leaves " : "without " + stopping + ", which does not vote, there are ")
                + current.size() + " of " + configuration.voters().size() + " voters current"
                + (current.isEmpty() ? "" : " (" + String.join(", ", current) + ")") + ", and " + needed
                + (needed == 1 ? " is" : " are") + " needed";
        if (current.size() >= needed) {
            return new Judgement(true, capitalised(left));
        }
        return new Judgement(false, capitalised(against.isEmpty() ? left : String.join("; ", against) + "; " + left));
    }

    /** Why a member does not count at the moment; empty if it does. */
    Optional<String> faultOf(RaftStatus status, String id) {
        if (id.equals(status.self().nodeId())) {
            return Optional.empty();
        }
        Optional<RaftStatus.Peer> found =
                status.peers().stream().filter(peer -> peer.key().nodeId().equals(id)).findFirst();
        if (found.isEmpty()) {
            return Optional.of(id + " was not heard from yet");
        }
        RaftStatus.Peer peer = found.get();
        return silence(peer).or(() -> {
            long lag = Descriptions.lag(status, peer);
            return lag > maxLag
                    ? Optional.of(id + " is " + lag + " entries behind, and " + maxLag + " may be")
                    : Optional.empty();
        });
    }

    /** Why a member is not counted as there; empty if it is. */
    Optional<String> silence(RaftStatus.Peer peer) {
        String id = peer.key().nodeId();
        if (!peer.connected()) {
            return Optional.of(
                    id + " is not connected" + (peer.detail().isEmpty() ? "" : " (" + peer.detail() + ")"));
        }
        if (peer.contactAgeMillis() < 0) {
            return Optional.of(id + " was not heard from yet");
        }
        return peer.contactAgeMillis() >= electionTimeout.toMillis()
                ? Optional.of(id + " was last heard " + peer.contactAgeMillis() + " ms ago")
                : Optional.empty();
    }

    /**
     * Whether a majority of these voters is there. The core asks the same and counts whoever it heard within an election timeout;
     * here a connection that is known to be broken counts too, so that a voter that died a moment ago is not relied upon.
     */
    boolean isMajorityThere(RaftStatus status, List<String> voters) {
        return voters.size() - silent(status, voters).size() >= voters.size() / 2 + 1;
    }

    /** Who of these voters is missing, for the refusal of a change after which they would have to decide. */
    String missing(RaftStatus status, List<String> voters) {
        if (voters.isEmpty()) {
            return "It is the last voter; a cluster without one cannot be";
        }
        List<String> silent = silent(status, voters);
        int needed = voters.size() / 2 + 1;
        String who = voters.size() == 1 ? "the voter would be " : "the voters would be ";
        return "After it " + who + String.join(", ", voters) + ", of which " + needed + " must answer"
                + (silent.isEmpty() ? "" : "; but " + String.join("; ", silent));
    }

    private List<String> silent(RaftStatus status, List<String> voters) {
        List<String> silent = new ArrayList<>();
        for (String id : voters) {
            if (!id.equals(status.self().nodeId())) {
                status.peers().stream()
                        .filter(peer -> peer.key().nodeId().equals(id))
                        .findFirst()
                        .map(this::silence)
                        .orElse(Optional.of(id + " was not heard from yet"))
                        .ifPresent(silent::add);
            }
        }
        return silent;
    }

    private static String capitalised(String sentence) {
        // A sentence may begin with the name of a node, which is not ours to write otherwise.
        return sentence.startsWith("stopping ") || sentence.startsWith("without ")
                ? Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1)
                : sentence;
    }
}
