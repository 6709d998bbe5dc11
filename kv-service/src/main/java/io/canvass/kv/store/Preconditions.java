package io.canvass.kv.store;

import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Revisions;

/**
 * If-Match and If-None-Match, judged against the key as it stands when the command is applied (RFC 9110, section 13.1).
 */
final class Preconditions {
    private Preconditions() {}

    /** One without a kind asks for nothing: {@link Commands} has refused those whose kind is not known. */
    static boolean hold(Precondition precondition, KeyState current) {
        return switch (precondition.getKindCase()) {
            case MUST_EXIST -> !precondition.getMustExist() || current.exists();
            case MUST_NOT_EXIST -> !precondition.getMustNotExist() || !current.exists();
            case ANY_OF -> current.exists() && contains(precondition.getAnyOf(), current.modRevision());
            case NONE_OF -> !current.exists() || !contains(precondition.getNoneOf(), current.modRevision());
            case KIND_NOT_SET -> true;
        };
    }

    private static boolean contains(Revisions revisions, long modRevision) {
        for (int i = 0; i < revisions.getModRevisionCount(); i++) {
            if (revisions.getModRevision(i) == modRevision) {
                return true;
            }
        }
        return false;
    }
}
