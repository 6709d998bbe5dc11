package io.canvass.kv.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import org.springframework.core.env.Environment;

/**
 * Who can reach this node's HTTP, and whether it asks who they are. One that asks nobody is made only where nobody else can
 * reach it, or where the operator has said so.
 *
 * @param authentication whether requests must say who they are
 * @param listensBeyond what makes it reachable from elsewhere; empty where only this machine reaches it
 */
public record Exposure(boolean authentication, List<String> listensBeyond) {
    private static final List<String> ADDRESSES = List.of("server.address", "management.server.address");

    public Exposure {
        listensBeyond = List.copyOf(listensBeyond);
    }

    /** @throws InvalidSettingException if others could reach it, and it would do what anybody asks */
    static Exposure of(KvProperties.Security security, Environment environment) {
        Exposure exposure = new Exposure(security.authentication(), listensBeyond(environment));
        if (!security.authentication() && !security.insecure() && !exposure.listensBeyond().isEmpty()) {
            String what = exposure.listensBeyond().getFirst();
            int equals = what.indexOf('=');
            throw new InvalidSettingException(
                    what.substring(0, equals),
                    what.substring(equals + 1),
                    "others than this machine could reach the node there, and it would do whatever anybody asks:"
                            + " kv.security.authentication is off. Nothing was started",
                    "turn it on (docs/security.md), listen on 127.0.0.1, or, if the network keeps strangers out, say so by"
                            + " kv.security.insecure=true");
        }
        return exposure;
    }

    /** Whether anybody who reaches it may do everything. */
    public boolean isOpenToStrangers() {
        return !authentication && !listensBeyond.isEmpty();
    }

    private static List<String> listensBeyond(Environment environment) {
        List<String> beyond = new ArrayList<>();
        for (String property : ADDRESSES) {
            boolean management = property.startsWith("management.");
            String port = environment.getProperty("management.server.port", "");
            if (management && (port.isEmpty() || port.equals("-1"))) {
                // It has no port of its own.
                continue;
            }
            String address = environment.getProperty(property, "");
            if (!isLoopback(address)) {
                beyond.add(property + "=" + address);
            }
        }
        return beyond;
    }

    /** An empty one is all addresses. */
    private static boolean isLoopback(String address) {
        try {
            return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            // The server says so itself when it starts to listen; until then it is not taken for a safe one.
            return false;
        }
    }
}
