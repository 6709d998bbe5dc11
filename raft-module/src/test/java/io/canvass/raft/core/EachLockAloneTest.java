package io.canvass.raft.core;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes one lock at a time out of a copy of the core, and runs {@link FourLocksTest} against that: the tests of the lock
 * that is gone fail (PREVOTE.md, Four locks on a stale grant).
 */
class EachLockAloneTest {
    private static final Path CORE = Path.of("src/main/java/io/canvass/raft/core");
    private static final Path TESTS = Path.of("src/test/java/io/canvass/raft/core");
    private static final List<String> FIXTURE =
            List.of("FourLocksTest", "CoreFixture", "Effects", "Messages", "Stands", "ScriptedRandom");

    /** A place in the core's source, and what is put there instead. */
    private record Change(String file, String old, String replacement) {}

    private static final Change CONTACT_ENDS_NO_ROUND = new Change(
            "Following",
            "        state.become(\n                new Role.Follower(from, true",
            "        if (ReplicaState.roundOf(state.role()) != null) {\n            return;\n        }\n"
                    + "        state.become(\n                new Role.Follower(from, true");
    private static final Change ROUND_ID_NOT_COMPARED =
            new Change("Elections", "response.round().equals(round.id()) ||", "true ||");
    private static final Change REQUEST_NOT_COMPARED = new Change("Elections", "asked != correlation ||", "");
    private static final Change CLOCK_NOT_ASKED =
            new Change("Elections", "&& !prospective.timer().hasRunOut(state.now())", "");
    private static final Change CONTACTS_NOT_COMPARED =
            new Change("Elections", "&& state.memory().contacts() == round.contacts()", "");
    private static final Change LOST_ROUND_ASKED_AGAIN = new Change(
            "Elections",
            "case LOST -> close(round, RoundSummary.Ending.LOST);",
            "case LOST -> canvass(state.role().rememberedLeader());");

    @TempDir
    Path folder;

    @Test
    void withAllLocksInPlaceNoTestFails() throws Exception {
        assertThat(failuresWithout()).isEmpty();
    }

    @Test
    void lockOneAlone() throws Exception {
        assertThat(failuresWithout(CONTACT_ENDS_NO_ROUND))
                .containsExactlyInAnyOrder("lockOneLeaderContactEndsTheRound", "lockOneHoldsForARefusedLogToo");
    }

    @Test
    void lockTwoAloneTheRoundsId() throws Exception {
        assertThat(failuresWithout(ROUND_ID_NOT_COMPARED))
                .containsExactly("lockTwoAnAnswerThatBearsAnotherRoundsIdIsNotCounted");
    }

    @Test
    void lockTwoAloneTheRequest() throws Exception {
        assertThat(failuresWithout(REQUEST_NOT_COMPARED))
                .containsExactly("lockTwoAnAnswerToAnotherRequestIsNotCounted");
    }

    @Test
    void lockThreeAloneTheClock() throws Exception {
        assertThat(failuresWithout(CLOCK_NOT_ASKED))
                .contains(
                        "lockThreeNoPromotionOnceTheRoundsTimerHasRunOutByTheClockOfThisStep",
                        "lockThreeHoldsForAnOldPeersAnswerToo");
    }

    @Test
    void lockFourAlone() throws Exception {
        assertThat(failuresWithout(LOST_ROUND_ASKED_AGAIN))
                .containsExactly("lockFourAfterALostRoundTheNextStartsOnlyWhenTheFullTimerExpires");
    }

    /** Contact does not end the round here: then the guard still sees that there was some, and only it. */
    @Test
    void lockThreeAloneTheContacts() throws Exception {
        assertThat(roleAfterContactAndGrant()).isEqualTo("FOLLOWER");
        assertThat(roleAfterContactAndGrant(CONTACT_ENDS_NO_ROUND)).isEqualTo("PROSPECTIVE");
        assertThat(roleAfterContactAndGrant(CONTACT_ENDS_NO_ROUND, CONTACTS_NOT_COMPARED)).isEqualTo("CANDIDATE");
    }

    private String roleAfterContactAndGrant(Change... changes) throws Exception {
        try (Changed core = compile(changes)) {
            Method story = core.loadClass(FourLocksTest.class.getName()).getDeclaredMethod("roleAfterContactAndGrant");
            story.setAccessible(true);
            return String.valueOf(story.invoke(null));
        }
    }

    /** The tests that fail against a core with these changes. */
    private List<String> failuresWithout(Change... changes) throws Exception {
        List<String> failures = new ArrayList<>();
        try (Changed core = compile(changes)) {
            Class<?> tests = core.loadClass(FourLocksTest.class.getName());
            Constructor<?> constructor = tests.getDeclaredConstructor();
            constructor.setAccessible(true);
            int run = 0;
            for (Method test : tests.getDeclaredMethods()) {
                if (test.isAnnotationPresent(Test.class)) {
                    run++;
                    test.setAccessible(true);
                    if (!passes(test, constructor.newInstance())) {
                        failures.add(test.getName());
                    }
                }
            }
            assertThat(run).isGreaterThanOrEqualTo(9);
        }
        return failures;
    }

    private static boolean passes(Method test, Object instance) throws IllegalAccessException {
        try {
            test.invoke(instance);
            return true;
        } catch (InvocationTargetException e) {
            return false;
        }
    }

    // ---- another core

    private Changed compile(Change... changes) throws IOException {
        Path target = Files.createTempDirectory(folder, "core");
        Path classes = Files.createDirectory(target.resolve("classes"));
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> files = Files.list(CORE)) {
            for (Path file : files.filter(path -> !path.endsWith("package-info.java")).toList()) {
                Path copy = target.resolve(String.valueOf(file.getFileName()));
                sources.add(Files.writeString(copy, changed(file, changes), UTF_8));
            }
        }
        FIXTURE.forEach(name -> sources.add(TESTS.resolve(name + ".java")));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    classes.toString(),
                    "-classpath",
                    System.getProperty("java.class.path", ""));
            boolean compiled = compiler.getTask(
                            null, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as("the changed core compiles").isTrue();
        }
        return new Changed(classes);
    }

    private static String changed(Path file, Change... changes) throws IOException {
        String source = Files.readString(file, UTF_8);
        for (Change change : changes) {
            if (file.endsWith(change.file() + ".java")) {
                assertThat(source.split(Pattern.quote(change.old()), -1))
                        .as("where the lock stands in " + file)
                        .hasSize(2);
                source = source.replace(change.old(), change.replacement());
            }
        }
        return source;
    }

    /** Has the core and its tests from there, and all else from where this test has it. */
    private static final class Changed extends URLClassLoader {
        private static final String PACKAGE = EachLockAloneTest.class.getPackageName() + ".";

        Changed(Path classes) throws MalformedURLException {
            super(new URL[] {classes.toUri().toURL()}, EachLockAloneTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
        }
    }
}
