package io.canvass.raft;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The arrows of DESIGN.md, Layout. */
@AnalyzeClasses(packages = "io.canvass.raft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CORE = "io.canvass.raft.core..";
    private static final String STORAGE = "io.canvass.raft.storage..";
    private static final String TRANSPORT = "io.canvass.raft.transport..";
    private static final String RUNTIME = "io.canvass.raft.runtime..";

    @ArchTest
    static final ArchRule theCoreKnowsNothingButValues = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    CORE,
                    "java.lang",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.nio",
                    "java.nio.charset",
                    "java.util",
                    "java.util.function",
                    "java.util.random",
                    "java.util.stream",
                    "org.jspecify.annotations"));

    @ArchTest
    static final ArchRule theCoreHasNoThreadClockOrChance = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(
                    Thread.class,
                    ThreadLocal.class,
                    System.class,
                    Runtime.class,
                    Process.class,
                    java.util.Random.class,
                    java.util.Timer.class,
                    java.util.SplittableRandom.class,
                    java.util.Locale.class);

    @ArchTest
    static final ArchRule theCoreReadsNoHiddenClockOrChance = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .callMethod(java.util.UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule nothingOfTheLibraryKnowsSpring = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "jakarta..");

    @ArchTest
    static final ArchRule storageKnowsNeitherPeersNorThreads =
            noClasses().that().resideInAPackage(STORAGE).should().dependOnClassesThat().resideInAnyPackage(
                    TRANSPORT, RUNTIME, "io.grpc..", "io.canvass.proto..");

    @ArchTest
    static final ArchRule transportKnowsNeitherDisksNorThreads =
            noClasses().that().resideInAPackage(TRANSPORT).should().dependOnClassesThat().resideInAnyPackage(
                    STORAGE, RUNTIME, "org.rocksdb..");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("io.canvass.raft.(*)..").should().beFreeOfCycles();
}
