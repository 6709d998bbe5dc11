package io.canvass.kv.health;

import java.util.concurrent.atomic.AtomicBoolean;

import io.canvass.raft.runtime.RaftStatus;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Would a restart help? A loop or a write that hangs may come back, and then so does this answer. A replica that has halted does not:
 * unless its data is damaged, which no restart mends, the first answer that says so is published, so that whoever listens for {@link LivenessState#BROKEN} knows.
 *
 * <p>A node that starts is alive: Boot would call it broken from the first answer of its port until all is started.
 */
final class LoopHealth implements HealthIndicator, SmartInitializingSingleton {
    private final NodeHealth node;
    private final ApplicationEventPublisher publisher;
    private final AtomicBoolean published = new AtomicBoolean();

    LoopHealth(NodeHealth node, ApplicationEventPublisher publisher) {
        this.node = node;
        this.publisher = publisher;
    }

    @Override
    public void afterSingletonsInstantiated() {
        AvailabilityChangeEvent.publish(publisher, this, LivenessState.CORRECT);
    }

    @Override
    public Health health() {
        RaftStatus status = node.condition().status();
        boolean halted = status.halted().isPresent() && !status.damaged();
        if (halted && published.compareAndSet(false, true)) {
            AvailabilityChangeEvent.publish(publisher, this, LivenessState.BROKEN);
        }
        return node.liveness();
    }
}
