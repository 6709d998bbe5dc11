package io.canvass.kv.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.read.StreamLimits;
import io.canvass.kv.api.watch.WatchTimes;
import io.canvass.kv.backup.Backups;
import io.canvass.kv.cluster.QueueWatch;
import io.canvass.kv.security.AuditLog;
import io.canvass.kv.security.Security;
import io.canvass.kv.tls.HttpTlsConfiguration;
import io.canvass.kv.watch.WatchHub;
import io.canvass.kv.watch.WatchLimits;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/** The API on a real Tomcat, with the settings that ship, above a {@link LocalStore}. */
public final class TestServer {
    public static final ApiLimits SMALL = new ApiLimits(64 * 1024, 1024, 100, 1000, 1 << 20, Duration.ofSeconds(10));

    public static final int MAX_STREAMS = 2;

    /** Requests that may wait for locks. */
    public static final int MAX_WAITING = 4;

    /** Few, and of little room. */
    public static final WatchLimits WATCHES = new WatchLimits(70, 64 << 10, 256, 1 << 20);

    static final WatchTimes TIMES =
            new WatchTimes(Duration.ofMillis(200), Duration.ofMinutes(10), Duration.ofMillis(300));

    private final ConfigurableApplicationContext context;

    private TestServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Shared by all tests that do not need limits of their own; lives until the JVM ends. */
    public static TestServer shared() {
        return Shared.SERVER;
    }

    /** @param settings of Boot, such as {@code --a.b=c}, beside those that ship */
    public static TestServer start(ApiLimits limits, String... settings) {
        return start(limits, SnapshotServer.backups(), List.of(), settings);
    }

    /** @param beans further ones */
    public static TestServer start(ApiLimits limits, List<Object> beans, String... settings) {
        return start(limits, SnapshotServer.backups(), beans, settings);
    }

    public static TestServer start(ApiLimits limits, Backups backups, String... settings) {
        return start(limits, backups, List.of(), settings);
    }

    /** One that asks who you are; the admin's token is that of {@link Rights#ADMIN}. */
    public static TestServer guarded(String... settings) {
        return guarded(List.of(), settings);
    }

    /** @param beans further ones */
    static TestServer guarded(List<Object> beans, String... settings) {
        return start(SMALL, SnapshotServer.backups(), beans, Rights::guarding, settings);
    }

    private static TestServer start(ApiLimits limits, Backups backups, List<Object> beans, String... settings) {
        return start(limits, backups, beans, (store, audit) -> Security.off(() -> store.store().auth(), audit), settings);
    }

    private static TestServer start(
            ApiLimits limits,
            Backups backups,
            List<Object> beans,
            BiFunction<LocalStore, AuditLog, Security> security,
            String... settings) {
        AuditLog audit = new AuditLog(1000, false, System::currentTimeMillis);
        QueueWatch queues = new QueueWatch(Duration.ofMinutes(10), MAX_WAITING);
        LocalStore store = new LocalStore().observedBy(queues);
        WatchHub hub = new WatchHub(store, WATCHES);
        store.observedBy(hub);
        hub.start();
        FakeAdmin admin = new FakeAdmin();
        return new TestServer(new SpringApplicationBuilder(App.class)
                .web(WebApplicationType.SERVLET)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("localStore", store);
                    context.getBeanFactory().registerSingleton("auditLog", audit);
                    context.getBeanFactory().registerSingleton("security", security.apply(store, audit));
                    context.getBeanFactory().registerSingleton("watchHub", hub);
                    context.getBeanFactory().registerSingleton("watchTimes", TIMES);
                    context.getBeanFactory().registerSingleton("clusterAdmin", admin);
                    context.getBeanFactory().registerSingleton("clusterAlarms", new FakeAlarms());
                    context.getBeanFactory().registerSingleton("apiLimits", limits);
                    context.getBeanFactory().registerSingleton("streamLimits", new StreamLimits(MAX_STREAMS));
                    if (beans.stream().noneMatch(WriteLimits.class::isInstance)) {
                        context.getBeanFactory().registerSingleton("writeLimits", WriteLimits.defaults());
                    }
                    context.getBeanFactory().registerSingleton("queueWatch", queues);
                    context.getBeanFactory().registerSingleton("leaseDeadlines", new FakeDeadlines());
                    beans.forEach(bean -> context.getBeanFactory()
                            .registerSingleton(bean.getClass().getSimpleName(), bean));
                    context.getBeanFactory().registerSingleton("backups", backups);
                })
                .run(Stream.concat(
                                Stream.of("--server.port=0", "--management.server.port=-1",
                                        "--spring.main.banner-mode=off", "--logging.level.root=WARN",
                                        "--server.shutdown=immediate",
                                        // The groups of application.yaml are made of beans that are not here.
                                        "--management.endpoint.health.validate-group-membership=false")
                                        .filter(setting -> !isGiven(setting.split("=", 2)[0], settings)),
                                Arrays.stream(settings))
                        .toArray(String[]::new)));
    }

    /** Given twice, a setting would be a list. */
    private static boolean isGiven(String name, String... settings) {
        return Arrays.stream(settings).anyMatch(setting -> setting.startsWith(name + "="));
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** Where the actuator has a port of its own. */
    int managementPort() {
        return context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
    }

    public <T> List<T> beans(Class<T> type) {
        return List.copyOf(context.getBeansOfType(type).values());
    }

    public LocalStore store() {
        return context.getBean(LocalStore.class);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public FakeDeadlines deadlines() {
        return context.getBean(FakeDeadlines.class);
    }

    public QueueWatch queues() {
        return context.getBean(QueueWatch.class);
    }

    public WatchHub hub() {
        return context.getBean(WatchHub.class);
    }

    public FakeAdmin admin() {
        return context.getBean(FakeAdmin.class);
    }

    public void stop() {
        LocalStore store = store();
        context.close();
        store.close();
    }

    private static final class Shared {
        static final TestServer SERVER = start(SMALL);
    }

    /** Without a stereotype, so that no component scan of another test finds it. */
    @EnableAutoConfiguration
    @ComponentScan("io.canvass.kv.api")
    @Import(HttpTlsConfiguration.class)
    static class App {
        @Bean
        static Object marker() {
            return new Object();
        }
    }
}
