package io.canvass.kv.api;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;

import javax.net.SocketFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import org.jspecify.annotations.Nullable;

/** Files of a server's certificate that a bundle {@code http} reads, and sockets for clients that show certificates of their own. */
public final class HttpCertificates {
    private static final String CERTIFICATE = "http.crt";
    private static final String KEY = "http.key";
    private static final String TRUSTED = "clients-ca.crt";

    private final Path folder;

    /** @param ofClients whose certificates count */
    public HttpCertificates(Path folder, TestAuthority ofClients, Issued own) throws IOException {
        this.folder = folder;
        write(TRUSTED, ofClients.pem());
        write(own);
    }

    /** What a server shows from now on. */
    public void write(Issued own) throws IOException {
        writeKey(own);
        write(CERTIFICATE, own.certificatePem());
    }

    /** The key alone, as one that replaces two files does for a moment. */
    void writeKey(Issued own) throws IOException {
        write(KEY, own.keyPem());
    }

    /** As a whole, and not before it is. */
    private void write(String name, String text) throws IOException {
        Path next = Files.writeString(folder.resolve(name + ".next"), text);
        Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A certificate file that is none. */
    void writeBrokenCertificate() throws IOException {
        write(CERTIFICATE, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
    }

    /** Settings of a server that shows these, and reads them anew when they change. */
    public String[] settings(String... more) {
        String bundle = "--spring.ssl.bundle.pem.http.";
        return Stream.concat(
                        Stream.of(
                                "--server.ssl.bundle=http",
                                "--spring.ssl.bundle.watch.file.quiet-period=100ms",
                                bundle + "reload-on-update=true",
                                bundle + "keystore.certificate=file:" + folder.resolve(CERTIFICATE),
                                bundle + "keystore.private-key=file:" + folder.resolve(KEY),
                                bundle + "truststore.certificate=file:" + folder.resolve(TRUSTED)),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    /** Of clients without a certificate. */
    static SocketFactory sockets(TestAuthority... trusted) {
        return sockets(new KeyManager[0], trusted);
    }

    /** Of clients that show this one, also to a server that did not name its authority. */
    static SocketFactory showing(Issued own, TestAuthority... trusted) {
        return sockets(new KeyManager[] {new Showing(own)}, trusted);
    }

    private static SocketFactory sockets(KeyManager[] own, TestAuthority... trusted) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own, TestAuthority.trustManagers(trusted).toArray(TrustManager[]::new), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one of the JDK keeps back what the server has not asked for. */
    private static final class Showing extends X509ExtendedKeyManager {
        private static final String ALIAS = "own";

        private final Issued own;

        private Showing(Issued own) {
            this.own = own;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {own.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }
}
