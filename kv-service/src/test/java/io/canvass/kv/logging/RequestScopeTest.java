package io.canvass.kv.logging;

import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class RequestScopeTest {
    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(MDC.get(RequestScope.KEY)).isNull();
    }

    @Test
    void aScopeLastsUntilItIsClosedAndTheOneBeforeComesBack() {
        try (RequestScope _ = RequestScope.open("outer")) {
            try (RequestScope _ = RequestScope.open("inner")) {
                assertThat(MDC.get("http.request.id")).isEqualTo("inner");
            }
            assertThat(RequestScope.current()).isEqualTo("outer");
            try (RequestScope _ = RequestScope.open("")) {
                assertThat(RequestScope.current()).isEmpty();
            }
            assertThat(RequestScope.current()).isEqualTo("outer");
        }
        assertThat(RequestScope.current()).isEmpty();
    }

    @Test
    void aTaskThatIsCarriedToAnotherThreadIsOfTheRequestOfTheOneThatHandedItOver() throws Exception {
        AtomicReference<String> during = new AtomicReference<>("");
        AtomicReference<String> after = new AtomicReference<>("");
        Runnable task;
        try (RequestScope _ = RequestScope.open("r-1")) {
            task = RequestScope.carried(() -> during.set(RequestScope.current()));
        }
        Thread thread = Thread.ofPlatform().start(() -> {
            task.run();
            after.set(RequestScope.current());
        });
        thread.join();
        assertThat(during).hasValue("r-1");
        assertThat(after).hasValue("");
    }

    @Test
    void aTaskThatFailsLeavesItsThreadAsItWas() {
        Runnable task;
        try (RequestScope _ = RequestScope.open("r-1")) {
            task = RequestScope.carried((Runnable) () -> {
                throw new IllegalStateException("a planted fault");
            });
        }
        assertThatIllegalStateException().isThrownBy(task::run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "01M82AWX0EVZGZQ8H70P09Q05Q", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Root=1-67a/b+c:d@e._~"})
    void anIdOfSafeCharactersIsSound(String id) {
        assertThat(RequestScope.isSound(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\nb", "a\"b", "a\\b", "<a>", "%41", "a,b", "a;b", "{a}", "[a]", "${a}", "\u00e4", "a\u007f", "\u0000"})
    void anIdOfOthersIsNot(String id) {
        assertThat(RequestScope.isSound(id)).isFalse();
    }

    @Test
    void anIdHasABound() {
        assertThat(RequestScope.isSound("x".repeat(128))).isTrue();
        assertThat(RequestScope.isSound("x".repeat(129))).isFalse();
    }
}
