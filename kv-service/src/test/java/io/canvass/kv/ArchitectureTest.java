package io.canvass.kv;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.canvass.raft.core.Bytes;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "io.canvass.kv", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule THE_STATE_MACHINE_KNOWS_NEITHER_SPRING_NOR_HTTP = noClasses()
            .that().resideInAPackage("io.canvass.kv.store..")
            .should().dependOnClassesThat().resideInAnyPackage(
                    "org.springframework..", "jakarta..", "java.net..", "io.grpc..",
                    "io.canvass.kv.api..", "io.canvass.kv.cluster..", "io.canvass.kv.config..", "io.canvass.kv.health..");

    @ArchTest
    static final ArchRule HTTP_KNOWS_NOTHING_OF_RAFT_BUT_BYTES = noClasses()
            .that().resideInAPackage("io.canvass.kv.api..")
            .should().dependOnClassesThat(resideInAPackage("io.canvass.raft..").and(not(equivalentTo(Bytes.class))))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule HTTP_KNOWS_NEITHER_HEALTH_NOR_GRPC = noClasses()
            .that().resideInAPackage("io.canvass.kv.api..")
            .should().dependOnClassesThat().resideInAnyPackage("io.canvass.kv.health..", "io.grpc..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule WATCHES_KNOW_THE_STORE_AND_NOT_HTTP = noClasses()
            .that().resideInAPackage("io.canvass.kv.watch..")
            .should().dependOnClassesThat().resideInAnyPackage(
                    "org.springframework..", "jakarta..", "java.net..", "io.grpc..", "io.canvass.kv.api..",
                    "io.canvass.kv.cluster..", "io.canvass.kv.config..", "io.canvass.kv.health..");

    @ArchTest
    static final ArchRule SETTINGS_KNOW_NOTHING_OF_WHAT_IS_BUILT_FROM_THEM = noClasses()
            .that().resideInAPackage("io.canvass.kv.config..")
            .should().dependOnClassesThat().resideInAnyPackage(
                    "io.canvass.kv.api..", "io.canvass.kv.cluster..", "io.canvass.kv.health..", "io.canvass.kv.store..");

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES = slices().matching("io.canvass.kv.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule SUBJECTS_OF_THE_API_ARE_FREE_OF_CYCLES =
            slices().matching("io.canvass.kv.api.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_ROOT_THAT_WIRES = noClasses()
            .that().resideOutsideOfPackage("io.canvass.kv")
            .should().dependOnClassesThat(resideInAPackage("io.canvass.kv"));
}
