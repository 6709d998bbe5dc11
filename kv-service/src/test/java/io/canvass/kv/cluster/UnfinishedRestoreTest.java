package io.canvass.kv.cluster;

import java.nio.file.Files;
import java.nio.file.Path;

import io.canvass.kv.config.ConfigConfiguration;
import io.canvass.kv.config.DataPaths;
import io.canvass.kv.config.InvalidSettingException;
import io.canvass.raft.transport.PeerSecurity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class UnfinishedRestoreTest {
    @TempDir
    Path dataDir;

    @Test
    void noNodeStartsWhereARestoreWasInterruptedAndNothingIsMadeThere() throws Exception {
        Files.createDirectory(DataPaths.restoring(dataDir));
        new ApplicationContextRunner()
                .withUserConfiguration(
                        ConfigConfiguration.class, ReplicaConfiguration.class, ClusterConfiguration.class)
                .withBean(PeerSecurity.class, PeerSecurity::plain)
                .withBean(Begin.class, () -> () -> {
                    throw new AssertionError("It is refused before it is found out how to begin");
                })
                .withPropertyValues("kv.data-dir=" + dataDir, "server.address=127.0.0.1")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("a restore into it was not finished"));
        assertThat(dataDir).isDirectoryNotContaining("glob:**/{raft,state}");
    }

    @Test
    void anEmptyDirectoryIsNotRefused() {
        UnfinishedRestore.refuse(dataDir.toString());
        UnfinishedRestore.refuse(dataDir.resolve("absent").toString());
    }
}
