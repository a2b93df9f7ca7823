package io.trawl.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.trawl.record.InvalidRecord;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may know whom: job -> etl, parsing, intel -> schemas. The benchmarks sit on top of all of it and are not read. */
class ArrowsTest {
    private static final String[] SCHEMAS = {"io.trawl.record..", "io.trawl.schema.."};
    private static final String[] PARSING = {"io.trawl.parsing.."};
    private static final String[] INTEL = {"io.trawl.intel.."};
    private static final String[] ETL = {"io.trawl.etl..", "io.trawl.flow..", "io.trawl.steps.."};
    private static final String[] FLOW = {"io.trawl.flow.."};
    private static final String[] FLUME = {"io.trawl.flume.."};
    private static final String[] TERMINAL = {"io.trawl.terminal.."};
    private static final String[] SWEEP = {"io.trawl.sweep.."};
    /** The jobs that a sweep without servers runs. */
    private static final String[] SWEPT = {
        "io.trawl.refreshindicators..",
        "io.trawl.ingest..",
        "io.trawl.validate..",
        "io.trawl.enrich..",
        "io.trawl.audit.."
    };

    private static final String[] STACK = {"io.trawl.stack..", "io.trawl.traffic.."};

    /** HBase lies in org.apache.hadoop too. */
    private static final String[] ENGINES = {
        "org.apache.spark..",
        "scala..",
        "org.apache.hadoop..",
        "org.apache.iceberg..",
        "org.apache.kafka..",
        "org.apache.flume.."
    };

    /** Every package that is none of the above is a job's, so that a new job needs no line here. */
    private static final DescribedPredicate<JavaClass> JOBS = resideInAPackage("io.trawl..")
            .and(not(resideInAnyPackage(of(SCHEMAS, PARSING, INTEL, ETL, FLUME, STACK))))
            .as("jobs");

    private static JavaClasses trawl;

    @TempDir
    Path folder;

    /** Each with sources that break it. */
    enum Arrow {
        SCHEMAS_KNOW_NONE(
                knowOnly(resideInAnyPackage(SCHEMAS), SCHEMAS),
                "package io.trawl.schema; class Wrong { io.trawl.parsing.Parser parser; }"),
        PARSING_KNOWS_SCHEMAS(
                knowOnly(resideInAnyPackage(PARSING), of(PARSING, SCHEMAS)),
                "package io.trawl.parsing; class Wrong { io.trawl.intel.match.Match match; }"),
        INTEL_KNOWS_SCHEMAS(
                knowOnly(resideInAnyPackage(INTEL), of(INTEL, SCHEMAS)),
                "package io.trawl.intel; class Wrong { io.trawl.base.Window window; }"),
        ETL_KNOWS_NO_JOB(
                knowOnly(resideInAnyPackage(ETL), of(ETL, PARSING, INTEL, SCHEMAS)),
                "package io.trawl.etl; class Wrong { io.trawl.load.LoadJob job; }"),
        THE_FLOW_KNOWS_NO_RECORD_BUT_LINES(
                noClasses()
                        .that()
                        .resideInAnyPackage(FLOW)
                        .should()
                        .dependOnClassesThat(resideInAPackage("io.trawl.record..")
                                .and(not(belongToAnyOf(RawLine.class, InvalidRecord.class)))),
                "package io.trawl.flow; class Wrong { io.trawl.record.Detection detection; }"),
        FLUME_KNOWS_NONE(
                knowOnly(resideInAnyPackage(FLUME), FLUME),
                "package io.trawl.flume; class Wrong { io.trawl.record.FlumeEnvelope envelope; }"),
        THE_STACK_KNOWS_NONE(
                knowOnly(resideInAnyPackage(STACK), STACK),
                "package io.trawl.stack; class Wrong { io.trawl.base.Settings settings; }"),
        JOBS_KNOW_WHAT_JOBS_ARE_MADE_OF(
                noClasses().that(JOBS).should().dependOnClassesThat().resideInAnyPackage(of(FLUME, STACK)),
                "package io.trawl.newjob; class Wrong { io.trawl.stack.LocalStack stack; }"),
        NO_JOB_KNOWS_ANOTHER(
                slices().assignedFrom(new OneAJob()).should().notDependOnEachOther(),
                "package io.trawl.newjob; class Wrong { io.trawl.load.LoadJob job; }"),
        A_SWEEP_KNOWS_THE_JOBS_THAT_IT_RUNS(
                knowOnly(resideInAnyPackage(SWEEP), of(SWEEP, SWEPT, ETL, PARSING, INTEL, SCHEMAS)),
                "package io.trawl.sweep; class Wrong { io.trawl.load.LoadJob job; }"),
        NOBODY_KNOWS_A_SWEEP(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(SWEEP)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(SWEEP),
                "package io.trawl.newjob; class Wrong { io.trawl.sweep.SweepCommand command; }"),
        PURE_CODE_KNOWS_NO_ENGINE(
                noClasses()
                        .that()
                        .resideInAnyPackage(of(SCHEMAS, PARSING, INTEL))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(ENGINES),
                "package io.trawl.intel; class Wrong { org.apache.spark.SparkConf conf; }"),
        THE_TERMINAL_NEEDS_NO_CLUSTER(
                noClasses()
                        .that()
                        .resideInAnyPackage(TERMINAL)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(of(ETL, ENGINES)),
                "package io.trawl.terminal; class Wrong { io.trawl.base.Window window; }"),
        NO_CYCLES(
                slices().matching("io.trawl.(**)").should().beFreeOfCycles(),
                "package io.trawl.record; public class Wrong { io.trawl.schema.WrongToo other; }",
                "package io.trawl.schema; public class WrongToo { io.trawl.record.Wrong other; }");

        private final ArchRule rule;
        private final List<String> wrong;

        Arrow(ArchRule rule, String... wrong) {
            this.rule = rule.as(name());
            this.wrong = List.of(wrong);
        }
    }

    @BeforeAll
    static void readTheClasses() {
        trawl = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.trawl");
    }

    @Test
    void everyClassOfEveryModuleIsRead() throws IOException {
        Path home = Path.of(System.getProperty("trawl.home"));
        List<Path> modules = new ArrayList<>(
                List.of(home.resolve("schemas"), home.resolve("flume"), home.resolve("integration-tests")));
        try (Stream<Path> jobs = Files.list(home.resolve("jobs"))) {
            jobs.filter(job -> Files.exists(job.resolve("pom.xml"))).forEach(modules::add);
        }
        assertThat(modules).hasSizeGreaterThan(10);

        for (Path module : modules) {
            Set<String> missing = new TreeSet<>(classesOf(module.resolve("src/main/java")));
            assertThat(missing).as("sources of %s", module).isNotEmpty();
            missing.removeIf(trawl::contain);
            assertThat(missing)
                    .as(
                            "classes of %s that this test does not see: is it among the dependencies of"
                                    + " integration-tests/pom.xml?",
                            home.relativize(module))
                    .isEmpty();
        }
        assertThat(trawl.contain("io.trawl.record.ProxyEvent"))
                .as("generated classes")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void holds(Arrow arrow) {
        arrow.rule.check(trawl);
    }

    @ParameterizedTest
    @EnumSource
    void codeAgainstIsRefused(Arrow arrow) {
        JavaClasses wrong = compiled(arrow.wrong);
        assertThatThrownBy(() -> arrow.rule.check(wrong))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(arrow.name())
                .hasMessageContaining("Wrong.");
    }

    private static ArchRule knowOnly(DescribedPredicate<JavaClass> these, String... packages) {
        return classes()
                .that(these)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("io.trawl..")).or(resideInAnyPackage(packages)));
    }

    private static String[] of(String[]... packages) {
        return Arrays.stream(packages).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static List<String> classesOf(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.map(file -> sources.relativize(file).toString())
                    .filter(file -> file.endsWith(".java") && !file.endsWith("package-info.java"))
                    .map(file ->
                            file.substring(0, file.length() - ".java".length()).replace('/', '.'))
                    .toList();
        }
    }

    private JavaClasses compiled(List<String> sources) {
        StringWriter messages = new StringWriter();
        List<JavaFileObject> files = new ArrayList<>();
        for (String source : sources) {
            files.add(new Source(source));
        }
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        files)
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
        return new ClassFileImporter().importPath(folder);
    }

    /** A job is a package; a sweep, which runs several, has rules of its own. */
    private static final class OneAJob implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return JOBS.test(type) && !resideInAnyPackage(SWEEP).test(type)
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "one a job";
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String code) {
            super(URI.create("string:///" + code.replaceFirst("(?s).*class (\\w+).*", "$1") + ".java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
