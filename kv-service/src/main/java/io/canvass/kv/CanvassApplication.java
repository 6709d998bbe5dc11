package io.canvass.kv;

import java.security.Security;

import io.canvass.kv.tools.Kvctl;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point, and that of the tools that the same jar holds. */
@SpringBootApplication
public class CanvassApplication {
    /** Seconds for which the JVM believes a name's address, or that there is none. Its own are 30 and 10. */
    private static final String NAME_SECONDS = "1";

    public static void main(String[] args) {
        if (Kvctl.isMeant(args)) {
            System.exit(Kvctl.run(args));
        }
        believeNamesBriefly();
        SpringApplication application = new SpringApplication(CanvassApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        // StartLine says what an operator needs.
        application.setLogStartupInfo(false);
        application.run(args);
    }

    /** A peer that was moved has another address under its old name; each reconnect is to find it. */
    private static void believeNamesBriefly() {
        Security.setProperty("networkaddress.cache.ttl", NAME_SECONDS);
        Security.setProperty("networkaddress.cache.negative.ttl", NAME_SECONDS);
    }
}
