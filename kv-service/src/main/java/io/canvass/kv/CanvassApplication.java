package io.canvass.kv;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point. */
@SpringBootApplication
public class CanvassApplication {
    public static void main(String[] args) {
        SpringApplication.run(CanvassApplication.class, args);
    }
}
