import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a node that serves some requests and then ends, and on its end writes the AOT cache of what it learnt (JEP 483, JEP 515).
 * Runs in the JVM that the image will have, for a cache fits no other, and so without a shell or curl, which its base need not
 * have. It talks to 127.0.0.1 and to nobody else.
 *
 * <pre>java Train CACHE COMMAND...</pre>
 */
public final class Train {
    private static final long LIMIT_MINUTES = 15;
    private static final int KEYS = 200;
    private static final Pattern UP = Pattern.compile(" is up: .* HTTP on port (\\d+),");

    private Train() {}

    public static void main(String[] args) throws Exception {
        Path cache = Path.of(args[0]);
        Process node = new ProcessBuilder(List.of(args).subList(1, args.length)).redirectErrorStream(true).start();
        endAfterLimit(node);
        boolean served = false;
        try (BufferedReader log = node.inputReader(StandardCharsets.UTF_8)) {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                System.out.println(line);
                Matcher up = UP.matcher(line);
                if (up.find()) {
                    serve("http://127.0.0.1:" + up.group(1));
                    served = true;
                    // Not Process.destroy(), which closes the pipe, and the node has more to say.
                    node.toHandle().destroy();
                }
            }
        }
        node.waitFor();
        if (!served) {
            throw new IllegalStateException("The node did not start; what it said is above.");
        }
        if (!Files.isRegularFile(cache) || Files.size(cache) == 0) {
            throw new IllegalStateException("The JVM made no AOT cache in " + cache + "; what it said is above.");
        }
        System.out.println("The AOT cache has " + (Files.size(cache) >> 20) + " MiB.");
        System.exit(0);
    }

    /** A node that hangs is not to hang the build of an image. */
    private static void endAfterLimit(Process node) {
        new Timer(true).schedule(new TimerTask() {
            @Override
            public void run() {
                System.out.println("After " + LIMIT_MINUTES + " minutes the node is ended.");
                node.destroyForcibly();
            }
        }, TimeUnit.MINUTES.toMillis(LIMIT_MINUTES));
    }

    private static void serve(String node) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            request("PUT", node + "/v1/kv/train/" + i, "value " + i);
            request("GET", node + "/v1/kv/train/" + i, null);
        }
        for (String path : List.of("/readyz", "/livez", "/actuator/health/cluster/raft", "/v1/kv?prefix=train/", "/v1/cluster")) {
            request("GET", node + path, null);
        }
        for (int i = 0; i < KEYS; i++) {
            request("DELETE", node + "/v1/kv/train/" + i, null);
        }
    }

    private static void request(String method, String url, String body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        if (body != null) {
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        if (connection.getResponseCode() >= 300) {
            throw new IllegalStateException(method + " " + url + " was answered " + connection.getResponseCode());
        }
        try (InputStream in = connection.getInputStream()) {
            in.readAllBytes();
        }
    }
}
