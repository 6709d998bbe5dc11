package io.canvass.kv.api.server;

import io.canvass.kv.api.error.ProblemErrorReportValve;
import io.canvass.kv.api.error.ProblemReplies;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.ClientConnection;
import io.canvass.kv.api.http.OpenStreams;
import io.canvass.kv.api.lease.QueueKind;
import org.apache.catalina.Host;
import org.apache.catalina.Pipeline;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** What of Tomcat has no property in Boot. After Boot's own customizers, one of which installs an HTML error page. */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
final class TomcatSettings implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {
    private final ObjectProvider<ProblemReplies> replies;
    private final ApiLimits limits;
    private final ObjectProvider<LameDuck> lameDuck;
    private final ObjectProvider<SlowHeads> slowHeads;
    private final OpenStreams streams;

    /** @param replies asked for at the first error only: the server is configured before the cluster's beans exist */
    TomcatSettings(
            ObjectProvider<ProblemReplies> replies,
            ApiLimits limits,
            ObjectProvider<LameDuck> lameDuck,
            ObjectProvider<SlowHeads> slowHeads,
            OpenStreams streams) {
        this.slowHeads = slowHeads;
        this.streams = streams;
        this.replies = replies;
        this.limits = limits;
        this.lameDuck = lameDuck;
    }

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
        factory.addConnectorCustomizers(TomcatSettings::customize);
        lameDuck.ifAvailable(duck -> factory.addConnectorCustomizers(connector -> duck.watch(connector, streams)));
        customizeManagement(factory);
    }

    /** What holds of the actuator's own port, too: it stays open while a node waits for its clients to leave. */
    void customizeManagement(ConfigurableTomcatWebServerFactory factory) {
        slowHeads.ifAvailable(slow -> factory.addConnectorCustomizers(slow::watch));
        if (factory instanceof TomcatWebServerFactory tomcat) {
            tomcat.setProtocol(OpenHttp11Protocol.class.getName());
        }
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof Host host) {
                replaceErrorPage(host);
            }
        });
    }

    private static void customize(Connector connector) {
        // Otherwise %2F is 400 before it reaches us, and a key has but one of its spellings (KV-API.md, section 2).
        connector.setEncodedSolidusHandling(EncodedSolidusHandling.DECODE.getValue());
        // 100 Continue only once the body is wanted: a refused upload is then never sent.
        connector.setProperty("continueResponseTiming", "onRead");
    }

    private void replaceErrorPage(Host host) {
        Pipeline pipeline = host.getPipeline();
        for (Valve valve : pipeline.getValves()) {
            if (valve instanceof ErrorReportValve) {
                pipeline.removeValve(valve);
            }
        }
        pipeline.addValve(new UnreadBodies());
        pipeline.addValve(new RequestScopes());
        pipeline.addValve(new ProblemErrorReportValve(replies::getObject, limits));
        pipeline.addValve(new ClientConnection.KnownTo(QueueKind.LOCK.root(), QueueKind.ELECTION.root()));
        if (host instanceof StandardHost standard) {
            // Otherwise the host adds the default one when it starts.
            standard.setErrorReportValveClass(ProblemErrorReportValve.class.getName());
        }
    }
}
