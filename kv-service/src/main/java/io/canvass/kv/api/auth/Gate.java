package io.canvass.kv.api.auth;

import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.Callers;
import io.canvass.kv.security.AuditLog;
import io.canvass.kv.security.Call;
import io.canvass.kv.security.DeniedException;
import io.canvass.kv.security.Security;
import io.canvass.kv.store.Need;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;

/** Asked before each handler, of the own servlet and of Spring's alike, and told after each. */
@Component
public final class Gate {
    private final Security security;
    private final AuditLog audit;

    Gate(Security security, AuditLog audit) {
        this.security = security;
        this.audit = audit;
    }

    /**
     * The call that a request is, if it may be made.
     *
     * @throws DeniedException if not
     */
    public Call admit(HttpServletRequest request, Access access) {
        Call call = Callers.of(request, security);
        if (!access.isOpen()) {
            // First who it is: what is wrong with the rest is nobody else's business.
            security.requireKnown(call);
            if (security.isOn()) {
                for (Need need : access.needs().apply(request)) {
                    security.require(call, need);
                }
            }
        }
        return call;
    }

    /** What to throw where nobody declared who may call this. */
    public DeniedException undeclared(HttpServletRequest request) {
        return security.undeclared(Callers.of(request, security));
    }

    /** A request that was admitted was answered. */
    public void answered(HttpServletRequest request, Access access, int status) {
        boolean changed = switch (request.getMethod()) {
            case "GET", "HEAD", "OPTIONS" -> false;
            default -> true;
        };
        if (changed && (access.isOfCluster() || audit.tellsWrites()) && status != 401 && status != 403) {
            audit.changed(Callers.of(request, security), status);
        }
    }
}
