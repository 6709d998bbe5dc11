package io.canvass.raft.planted;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Inside a variant: runs tests of {@code io.canvass.raft}. Takes a package ({@code core}), a class in one, or one of
 * its methods ({@code core.QuorumTest#aMajorityIsMoreThanHalf}). Properties are left out: their samples are drawn
 * afresh each time, and what they find would be another thing each time.
 */
public final class UnitTests implements Function<List<String>, List<String>> {
    private static final String ROOT = "io.canvass.raft.";
    private static final String SUFFIX = "Test.class";

    @Override
    public List<String> apply(List<String> arguments) {
        String where = arguments.getFirst();
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
                .filters(EngineFilter.includeEngines("junit-jupiter"))
                .selectors(where.contains(".") ? List.of(test(where)) : testsOf(where));
        Failures failures = new Failures();
        LauncherFactory.create().execute(request.build(), failures);
        if (failures.tests == 0 && failures.names.isEmpty()) {
            throw new PlantedFaultException("There is no test " + where);
        }
        return failures.finding().lines();
    }

    private static DiscoverySelector test(String name) {
        int sharp = name.indexOf('#');
        if (sharp < 0) {
            return DiscoverySelectors.selectClass(load(ROOT + name));
        }
        Class<?> owner = load(ROOT + name.substring(0, sharp));
        String method = name.substring(sharp + 1);
        return Stream.of(owner.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(method))
                .findFirst()
                .map(found -> DiscoverySelectors.selectMethod(owner, found))
                .orElseThrow(() -> new PlantedFaultException("There is no test " + name));
    }

    private static List<? extends DiscoverySelector> testsOf(String packageName) {
        try (Stream<Path> files = Files.list(folderOf(packageName))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .sorted()
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .map(name -> DiscoverySelectors.selectClass(load(ROOT + packageName + "." + name)))
                    .toList();
        } catch (IOException e) {
            throw new PlantedFaultException("The tests of " + packageName + " cannot be listed", e);
        }
    }

    /** Where the tests of a package are: beside those of this one. */
    private static Path folderOf(String packageName) {
        try {
            Path self = Path.of(Objects.requireNonNull(UnitTests.class.getResource("UnitTests.class")).toURI());
            return Objects.requireNonNull(self.getParent()).resolveSibling(packageName);
        } catch (URISyntaxException e) {
            throw new PlantedFaultException("This class is nowhere", e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return UnitTests.class.getClassLoader().loadClass(name);
        } catch (ClassNotFoundException e) {
            throw new PlantedFaultException("There is no " + name, e);
        }
    }

    /** Which tests failed, in the order in which they did. */
    private static final class Failures implements TestExecutionListener {
        private final Set<String> names = new LinkedHashSet<>();
        private int tests;

        @Override
        public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
            tests += identifier.isTest() ? 1 : 0;
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                names.add(nameOf(identifier));
            }
        }

        private static String nameOf(TestIdentifier identifier) {
            return switch (identifier.getSource().orElse(null)) {
                case MethodSource method -> simple(method.getClassName()) + "#" + method.getMethodName();
                case ClassSource owner -> simple(owner.getClassName());
                case null, default -> identifier.getDisplayName();
            };
        }

        private static String simple(String className) {
            return className.substring(className.lastIndexOf('.') + 1);
        }

        Finding finding() {
            return names.isEmpty()
                    ? Finding.missed("none of " + tests)
                    : Finding.caught(names.iterator().next() + " (" + names.size() + ")");
        }
    }
}
