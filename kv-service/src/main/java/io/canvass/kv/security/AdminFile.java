package io.canvass.kv.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import io.canvass.raft.core.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first admin's token, from a file: the token, or {@code sha256:} and its hash in hexadecimal. The file is read again when
 * somebody shows a token that nobody else has, at most once in a second; a file that is gone, or not readable any more, is no
 * admin any more. Thread-safe.
 */
public final class AdminFile {
    static final int MIN_CHARACTERS = 32;
    private static final int MAX_BYTES = 4096;
    private static final long REREAD_NANOS = 1_000_000_000L;
    private static final String HASH = "sha256:";
    private static final Pattern HASH_FORM = Pattern.compile("sha256:[0-9a-fA-F]{64}");
    private static final Pattern TOKEN_FORM = Pattern.compile("[!-~]{" + MIN_CHARACTERS + ",512}");
    private static final Logger LOG = LoggerFactory.getLogger(AdminFile.class);

    private final Optional<Path> file;
    private final LongSupplier nanoTime;
    private Optional<Bytes> hash = Optional.empty();
    private long readNanos;
    private String lastWarning = "";

    private AdminFile(Optional<Path> file, LongSupplier nanoTime) {
        this.file = file;
        this.nanoTime = nanoTime;
    }

    /** Nobody's. */
    public static AdminFile none() {
        return new AdminFile(Optional.empty(), System::nanoTime);
    }

    /**
     * @throws IOException if it cannot be read, or holds neither a token nor a hash; the message is a clause
     */
    public static AdminFile open(Path file) throws IOException {
        return open(file, System::nanoTime);
    }

    static AdminFile open(Path file, LongSupplier nanoTime) throws IOException {
        AdminFile opened = new AdminFile(Optional.of(file), nanoTime);
        opened.hash = Optional.of(read(file));
        opened.readNanos = nanoTime.getAsLong();
        return opened;
    }

    /** Whether there is such a file now, as far as is known. */
    public synchronized boolean isThere() {
        return hash.isPresent();
    }

    synchronized boolean holds(String token) {
        readAgainIfDue();
        return hash.isPresent() && MessageDigest.isEqual(Tokens.sha256(token).array(), hash.get().array());
    }

    private void readAgainIfDue() {
        if (file.isEmpty() || nanoTime.getAsLong() - readNanos < REREAD_NANOS) {
            return;
        }
        readNanos = nanoTime.getAsLong();
        try {
            hash = Optional.of(read(file.get()));
            lastWarning = "";
        } catch (IOException e) {
            hash = Optional.empty();
            String warning = String.valueOf(e.getMessage());
            if (!warning.equals(lastWarning)) {
                lastWarning = warning;
                LOG.warn("The file of the admin's token is no good any more, so there is no admin by it: {}", warning);
            }
        }
    }

    private static Bytes read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IOException("it cannot be read (" + e + ")", e);
        }
        String text = new String(bytes, StandardCharsets.US_ASCII).strip();
        if (HASH_FORM.matcher(text).matches()) {
            return Bytes.wrap(HexFormat.of().parseHex(text.substring(HASH.length())));
        }
        if (text.startsWith(HASH) || !TOKEN_FORM.matcher(text).matches()) {
            throw new IOException("it holds neither a token, which is " + MIN_CHARACTERS + " to 512 visible characters of ASCII,"
                    + " nor 'sha256:' and 64 hexadecimal digits");
        }
        return Tokens.sha256(text);
    }
}
