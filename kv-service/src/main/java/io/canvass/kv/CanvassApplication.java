package io.canvass.kv;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point. */
@SpringBootApplication
public class CanvassApplication {
    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(CanvassApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        // StartLine says what an operator needs.
        application.setLogStartupInfo(false);
        application.run(args);
    }
}
