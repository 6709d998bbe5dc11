package io.canvass.kv;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** Apply reads nothing but its input (HAZARDS H6): what could differ from one replica to the next is not called. */
@AnalyzeClasses(packages = "io.canvass.kv.store", importOptions = ImportOption.DoNotIncludeTests.class)
class DeterminismTest {
    private static final Set<String> RANDOM_OR_UNORDERED = Set.of(
            "java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom",
            "java.util.concurrent.ThreadLocalRandom", "java.util.HashMap", "java.util.HashSet",
            "java.util.IdentityHashMap", "java.util.WeakHashMap", "java.util.concurrent.ConcurrentHashMap",
            "java.lang.ProcessHandle", "java.net.InetAddress", "java.time.Clock");
    private static final Set<String> METHODS = Set.of(
            "java.lang.System.currentTimeMillis", "java.lang.System.nanoTime", "java.lang.System.getenv",
            "java.lang.System.getProperty", "java.lang.System.identityHashCode", "java.lang.System.lineSeparator",
            "java.lang.Math.random", "java.lang.Object.hashCode", "java.lang.Runtime.availableProcessors",
            "java.lang.Runtime.freeMemory", "java.lang.Runtime.maxMemory", "java.util.UUID.randomUUID",
            "java.util.Locale.getDefault", "java.util.TimeZone.getDefault", "java.time.ZoneId.systemDefault",
            "java.nio.charset.Charset.defaultCharset", "java.lang.String.formatted",
            "java.util.Collection.parallelStream",
            // Their order is another one in every process.
            "java.util.Set.of", "java.util.Map.of", "java.util.Map.ofEntries", "java.util.Set.copyOf",
            "java.util.Map.copyOf", "java.util.stream.Collectors.toSet", "java.util.stream.Collectors.toMap",
            "java.util.stream.Collectors.groupingBy");
    private static final Set<String> ONLY_WITH_LOCALE = Set.of(
            "java.lang.String.format", "java.lang.String.toLowerCase", "java.lang.String.toUpperCase");

    @ArchTest
    static final ArchRule APPLY_READS_NOTHING_BUT_ITS_INPUT =
            noClasses().should().callCodeUnitWhere(new DescribedPredicate<JavaCall<?>>("it differs between replicas") {
                @Override
                public boolean test(JavaCall<?> call) {
                    return differs(call.getTarget());
                }
            });

    private static boolean differs(CodeUnitCallTarget target) {
        String owner = target.getOwner().getName();
        String method = owner + "." + target.getName();
        boolean takesLocale = target.getRawParameterTypes().stream()
                .anyMatch(type -> type.isEquivalentTo(Locale.class));
        return RANDOM_OR_UNORDERED.contains(owner)
                || METHODS.contains(method)
                || (ONLY_WITH_LOCALE.contains(method) && !takesLocale)
                || (owner.startsWith("java.time.") && target.getName().equals("now"))
                || (method.equals("java.lang.String.getBytes") && target.getRawParameterTypes().isEmpty());
    }

    /** A rule that never failed is not yet a rule. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "clock", "instant", "nanos", "random", "id", "table", "set", "collected", "locale", "environment"
            })
    void theRuleFindsWhatItIsFor(String method) {
        assertThat(APPLY_READS_NOTHING_BUT_ITS_INPUT
                        .evaluate(new ClassFileImporter().importClasses(Culprit.class))
                        .getFailureReport()
                        .getDetails())
                .anyMatch(detail -> detail.contains("Culprit." + method + "("));
    }

    /** Does everything that apply must not do. */
    @SuppressWarnings({"unused", "JavaTimeDefaultTimeZone", "StringCaseLocaleUsage"}) // It is here to be looked at.
    static final class Culprit {
        long clock() {
            return Clock.systemUTC().millis() + System.currentTimeMillis();
        }

        Instant instant() {
            return Instant.now();
        }

        long nanos() {
            return System.nanoTime();
        }

        int random() {
            return new Random(1).nextInt() + ThreadLocalRandom.current().nextInt();
        }

        UUID id() {
            return UUID.randomUUID();
        }

        Map<String, String> table() {
            return new HashMap<>();
        }

        Set<String> set() {
            return new HashSet<>(Set.of("a", "b"));
        }

        Set<String> collected() {
            return List.of("a", "b").stream().collect(Collectors.toSet());
        }

        String locale() {
            return "I".toLowerCase() + ZoneId.systemDefault();
        }

        String environment() {
            return System.getenv("HOME") + System.getProperty("user.home");
        }
    }
}
