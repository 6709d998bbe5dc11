package io.canvass.kv.tools;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Optional;

import javax.net.ssl.SSLContext;

/**
 * With what nodes are spoken to. Immutable.
 *
 * @param tls empty: as the JVM does it, which trusts public CAs and shows no certificate
 * @param token of the API; empty: none is sent
 */
record Access(Optional<SSLContext> tls, Optional<String> token) {
    /** Whom the JVM trusts, and nothing to show. */
    static Access plain() {
        return new Access(Optional.empty(), Optional.empty());
    }

    HttpClient.Builder client() {
        HttpClient.Builder builder = HttpClient.newBuilder();
        tls.ifPresent(builder::sslContext);
        return builder;
    }

    HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    /** A secret is not printed. */
    @Override
    public String toString() {
        return "Access[tls=" + tls.isPresent() + ", token=" + token.isPresent() + "]";
    }
}
