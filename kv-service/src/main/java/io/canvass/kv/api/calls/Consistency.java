package io.canvass.kv.api.calls;

import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;

/** How fresh a read must be (KV-API.md, section 4); every answer to a read is labelled with it. */
public enum Consistency {
    /** Real-time order: the read sees every write that was answered before the read was sent. */
    LINEARIZABLE("linearizable"),
    /** The same without a round trip, on a leader, if clocks drift less than the bound; elsewhere {@link #LINEARIZABLE}. */
    LEASE("lease"),
    /** A prefix of history, as this node has it, even without a quorum. */
    LOCAL("local");

    /** The query parameter that asks for it. */
    public static final String PARAMETER = "consistency";

    private final String word;

    Consistency(String word) {
        this.word = word;
    }

    /** As requests ask for it and answers tell it. */
    public String word() {
        return word;
    }

    /**
     * The one asked for, or {@link #LINEARIZABLE}.
     *
     * @throws ProblemException 400 {@code invalid-request} if the word is not known
     */
    public static Consistency of(QueryParameters query) {
        return of(query, LINEARIZABLE);
    }

    /**
     * @param plain what holds where nothing is said
     * @throws ProblemException 400 {@code invalid-request} if the word is not known
     */
    static Consistency of(QueryParameters query, Consistency plain) {
        String word = query.text(PARAMETER).orElse(plain.word);
        for (Consistency consistency : values()) {
            if (consistency.word.equals(word)) {
                return consistency;
            }
        }
        throw QueryParameters.invalid("The query parameter 'consistency' is '" + Excerpt.of(word)
                + "'. It can be linearizable, lease or local.");
    }
}
