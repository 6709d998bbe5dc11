package io.canvass.kv.tracing;

import io.micrometer.tracing.Tracer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

class TracingSwitchTest {
    @Test
    void asItShipsThereIsNoTracerAtAll() {
        try (ConfigurableApplicationContext context = start("--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:1/")) {
            assertThat(context.getBeansOfType(Tracer.class)).isEmpty();
            Spans spans = context.getBean(Spans.class);
            assertThat(spans.areOn()).isFalse();
            assertThat(spans.serve("anything", _ -> "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")).isSameAs(Spans.Work.NONE);
            assertThat(spans.current()).isEmpty();
        }
    }

    @Test
    void switchedOnASpanGoesOnWithTheTraceOfWhoeverAsked() {
        try (ConfigurableApplicationContext context = start("--management.tracing.export.enabled=true")) {
            Spans spans = context.getBean(Spans.class);
            String asked = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            Spans.Work work = spans.serve("request", name -> name.equals("traceparent") ? asked : null);
            try (Tracer.SpanInScope _ = work.enter()) {
                assertThat(spans.current()).isEqualTo(work.told()).isNotEqualTo(asked)
                        .matches("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01");
                Spans.Work forward = spans.ask("forward", spans.current());
                assertThat(forward.told()).startsWith("00-0af7651916cd43dd8448eb211c80319c-").isNotEqualTo(work.told());
                forward.end();
            }
            work.end();
            assertThat(spans.current()).isEmpty();
            assertThat(spans.ask("of nothing", "")).isSameAs(Spans.Work.NONE);
        }
    }

    private static ConfigurableApplicationContext start(String... settings) {
        return new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE)
                // The groups of application.yaml are made of beans that are not here.
                .properties("management.endpoint.health.validate-group-membership=false")
                .run(settings);
    }

    /** Without a stereotype, so that no component scan of another test finds it. */
    @EnableAutoConfiguration
    @Import(TracingConfiguration.class)
    static class App {}
}
