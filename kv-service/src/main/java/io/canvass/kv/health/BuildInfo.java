package io.canvass.kv.health;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.info.BuildProperties;

/** What runs here, for {@code /actuator/info}: version, commit, and which protocol versions it speaks to its peers. */
final class BuildInfo implements InfoContributor {
    private static final String UNKNOWN = "unknown";
    private static final int OLDEST_PROTOCOL = 0;

    private final @Nullable BuildProperties build;
    private final int newestProtocol;

    /**
     * @param build null where the classes were not packaged by the build
     * @param newestProtocol the newest protocol version that the settings let it speak
     */
    BuildInfo(@Nullable BuildProperties build, int newestProtocol) {
        this.build = build;
        this.newestProtocol = newestProtocol;
    }

    @Override
    public void contribute(Info.Builder info) {
        info.withDetail("version", build == null ? UNKNOWN : Objects.requireNonNullElse(build.getVersion(), UNKNOWN));
        info.withDetail("commit", build == null ? UNKNOWN : Objects.requireNonNullElse(build.get("commit"), UNKNOWN));
        info.withDetail("protocol", Map.of("min", OLDEST_PROTOCOL, "max", newestProtocol));
    }
}
