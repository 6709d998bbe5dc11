package io.canvass.kv.api.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.canvass.kv.logging.RequestScope;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The valve alone, on the test's own thread: what is in the MDC before, while and after. */
class RequestScopesTest {
    private final RequestScopes scopes = new RequestScopes();
    private final List<String> seen = new ArrayList<>();
    private org.apache.coyote.Request raw = new org.apache.coyote.Request();
    private Request request = new Request(new Connector(), raw);
    private Response response = new Response(new org.apache.coyote.Response());

    @BeforeEach
    void aRequest() {
        raw = new org.apache.coyote.Request();
        request = new Request(new Connector(), raw);
        response = new Response(new org.apache.coyote.Response());
        request.setResponse(response);
        response.setRequest(request);
    }

    @Test
    void theScopeIsOpenForTheRequestAndGoneAfterIt() throws Exception {
        raw.getMimeHeaders().addValue("X-Request-Id").setString("shop-1");
        scopes.setNext(new Noting(false));
        scopes.invoke(request, response);
        assertThat(seen).containsExactly("shop-1");
        assertThat(MDC.get(RequestScope.KEY)).isNull();
        assertThat(response.getHeader("X-Request-Id")).isEqualTo("shop-1");
    }

    @Test
    void itIsGoneAfterARequestThatFailedAsWell() {
        scopes.setNext(new Noting(true));
        assertThatExceptionOfType(ServletException.class).isThrownBy(() -> scopes.invoke(request, response));
        assertThat(seen).singleElement().asString().hasSize(26);
        assertThat(MDC.get(RequestScope.KEY)).isNull();
    }

    private final class Noting extends ValveBase {
        private final boolean fails;

        Noting(boolean fails) {
            this.fails = fails;
        }

        @Override
        public void invoke(Request coming, Response going) throws IOException, ServletException {
            seen.add(RequestScope.current());
            if (fails) {
                throw new ServletException("a planted fault");
            }
        }
    }
}
