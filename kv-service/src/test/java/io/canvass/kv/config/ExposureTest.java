package io.canvass.kv.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ExposureTest {
    private static KvProperties.Security settings(boolean authentication, boolean insecure) {
        return new KvProperties.Security(authentication, insecure, "", 1000, false);
    }

    private static MockEnvironment at(String address) {
        return new MockEnvironment().withProperty("server.address", address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.0.0.0", "::", "192.0.2.1", "no-such-host.invalid"})
    void withoutAuthenticationNobodyElseMayReachTheNode(String address) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> Exposure.of(settings(false, false), at(address)))
                .withMessageStartingWith("server.address is \"" + address + "\", but others than this machine could reach")
                .withMessageContaining("kv.security.insecure=true")
                .withMessageContaining("Nothing was started");
        assertThat(Exposure.of(settings(false, true), at(address)).isOpenToStrangers()).isTrue();
        assertThat(Exposure.of(settings(true, false), at(address)).isOpenToStrangers()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "::1", "localhost"})
    void onLoopbackEverybodyOfTheMachineMay(String address) {
        assertThat(Exposure.of(settings(false, false), at(address)).isOpenToStrangers()).isFalse();
    }

    @Test
    void aPortOfTheActuatorsOwnCountsToo() {
        MockEnvironment apart = at("127.0.0.1").withProperty("management.server.port", "9090");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> Exposure.of(settings(false, false), apart))
                .withMessageStartingWith("management.server.address is");
        assertThat(Exposure.of(settings(false, false), apart.withProperty("management.server.address", "127.0.0.1"))
                .isOpenToStrangers()).isFalse();
        assertThat(Exposure.of(settings(false, false), at("127.0.0.1").withProperty("management.server.port", "-1"))
                .isOpenToStrangers()).isFalse();
    }
}
