package io.canvass.kv.health;

import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.info.BuildProperties;

import static org.assertj.core.api.Assertions.assertThat;

class BuildInfoTest {
    private static final Map<String, Integer> PROTOCOL = Map.of("min", 0, "max", 2);

    @Test
    void aBuildSaysItsVersionItsCommitAndItsProtocol() {
        Properties properties = new Properties();
        properties.setProperty("version", "1.4.0");
        properties.setProperty("commit", "4f1d");
        assertThat(told(new BuildInfo(new BuildProperties(properties), 2)))
                .isEqualTo(Map.of("version", "1.4.0", "commit", "4f1d", "protocol", PROTOCOL));
    }

    @Test
    void whatIsNotKnownIsSaidToBeUnknown() {
        Map<String, Object> unknown = Map.of("version", "unknown", "commit", "unknown", "protocol", PROTOCOL);
        assertThat(told(new BuildInfo(null, 2))).isEqualTo(unknown);
        assertThat(told(new BuildInfo(new BuildProperties(new Properties()), 2))).isEqualTo(unknown);
    }

    private static Map<String, Object> told(BuildInfo info) {
        Info.Builder builder = new Info.Builder();
        info.contribute(builder);
        return builder.build().getDetails();
    }
}
