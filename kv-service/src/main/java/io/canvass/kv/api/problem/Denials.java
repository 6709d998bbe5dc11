package io.canvass.kv.api.problem;

import io.canvass.kv.security.DeniedException;

/** What a request is answered that was refused for who it came from. */
public final class Denials {
    private Denials() {}

    /** 401 with the way to say who one is, or 403. */
    public static Problem of(DeniedException denied) {
        String detail = String.valueOf(denied.getMessage());
        return switch (denied.why()) {
            case UNAUTHENTICATED -> Problem.of(ProblemType.UNAUTHENTICATED, detail + " Send a token with Authorization: Bearer.")
                    .withHeader("WWW-Authenticate", "Bearer realm=\"canvass\"");
            case FORBIDDEN -> Problem.of(ProblemType.FORBIDDEN, detail + " Have an admin add it to one of your roles.");
        };
    }
}
