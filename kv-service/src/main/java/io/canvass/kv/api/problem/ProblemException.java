package io.canvass.kv.api.problem;

/** Ends a request with a {@link Problem}. Carries no stack trace: the client's mistake is not the service's fault. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** What to answer with. */
    public Problem problem() {
        return problem;
    }
}
