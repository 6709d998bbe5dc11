package io.canvass.kv.tools;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The health check of the image, for bases without a shell and without curl: exit status 0 for an answer of 2xx, 1 for any
 * other and for none. It has a {@code main} of its own and keeps to {@code java.base}, for it runs every few seconds, and a
 * start of the tools' whole jar takes twelve times as much of a processor.
 */
public final class Probe {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final int MOST_SHOWN_BYTES = 1024;

    private Probe() {}

    /** @param args the URL to ask; without one, the readiness of the node on this machine, at the port in SERVER_PORT or 8080 */
    public static void main(String[] args) {
        System.exit(ask(args.length > 0 ? args[0] : ownReadiness(System.getenv())) ? 0 : 1);
    }

    static String ownReadiness(Map<String, String> environment) {
        String port = environment.getOrDefault("SERVER_PORT", "8080");
        return "http://127.0.0.1:" + port + "/readyz";
    }

    /** Prints what was answered, for those who look into what the engine noted. */
    static boolean ask(String url) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            int status = connection.getResponseCode();
            boolean good = status >= 200 && status < 300;
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                String text = body == null ? "" : new String(body.readNBytes(MOST_SHOWN_BYTES), StandardCharsets.UTF_8);
                System.out.println(url + " answers " + status + " " + text);
            }
            return good;
        } catch (IOException | IllegalArgumentException e) {
            System.out.println(url + " gives no answer: " + e);
            return false;
        }
    }
}
