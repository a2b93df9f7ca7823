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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who may know whom, as jobs/README.md says: arrows point down only. Maven holds those between modules, this test those
 * between packages. The benchmarks sit on top of all of it and are not read.
 */
class ArrowsTest {
    private static final String[] SCHEMAS = {"io.trawl.record..", "io.trawl.schema.."};
    private static final String[] PARSING = {"io.trawl.parsing.."};
    /** What a setting names a format with. */
    private static final String[] FORMATS = {"io.trawl.parsing", "io.trawl.parsing.format"};

    private static final String[] TIMES = {"io.trawl.parsing.mapping.time.."};
    private static final String[] MAPPING = {"io.trawl.parsing.mapping.."};
    /** What a grammar is; those that there are have rooms of their own. */
    private static final String[] GRAMMAR = {"io.trawl.parsing.grammar"};

    private static final String[] LINE = {"io.trawl.parsing.grammar.line.."};
    private static final String[] NAMED = {"io.trawl.parsing.grammar.named.."};
    private static final String[] DELIMITED = {"io.trawl.parsing.grammar.delimited.."};
    /** What mappings and grammars are made of. */
    private static final String[] LINES = {"io.trawl.parsing", "io.trawl.parsing.internal.."};

    private static final String[] INTEL = {"io.trawl.intel.."};
    private static final String[] CANONICAL = {"io.trawl.intel.canonical.."};
    private static final String[] MATCH = {"io.trawl.intel.match.."};
    private static final String[] FEED = {"io.trawl.intel.feed.."};
    private static final String[] ALLOW = {"io.trawl.intel.allow.."};
    private static final String[] INDEX = {"io.trawl.intel.index.."};
    private static final String[] BASE = {"io.trawl.base.."};
    private static final String[] FLOW = {"io.trawl.flow.."};
    private static final String[] COLUMNS = {"io.trawl.columns.."};
    private static final String[] READ = {"io.trawl.columns.read.."};
    private static final String[] KAFKA = {"io.trawl.kafka.."};
    private static final String[] HBASE = {"io.trawl.hbase.."};
    private static final String[] LAKE = {"io.trawl.lake.."};
    private static final String[] RUN = {"io.trawl.run.."};
    private static final String[] COPIES = {"io.trawl.copies.."};
    private static final String[] STEPS = {"io.trawl.steps.."};
    private static final String[] PARITY = {"io.trawl.parity.."};
    /** Pure Java that every room of jobs/lib may know. */
    private static final String[] PURE = of(PARSING, INTEL, SCHEMAS);

    private static final String[] LIB = of(BASE, FLOW, COLUMNS, KAFKA, HBASE, LAKE, RUN, COPIES, STEPS, PARITY, PURE);
    private static final String[] FLUME = {"io.trawl.flume.."};
    private static final String[] FILES = {"io.trawl.cli.files.."};
    private static final String[] FILES_TERMINAL = {"io.trawl.cli.files.terminal.."};
    private static final String[] FILES_OUTPUT = {"io.trawl.cli.files.output.."};
    private static final String[] FILES_FORMAT = {"io.trawl.cli.files.format.."};
    private static final String[] FILES_LOG = {"io.trawl.cli.files.log.."};
    private static final String[] FILES_FEED = {"io.trawl.cli.files.feed.."};
    private static final String[] QUERY = {"io.trawl.cli.query.."};
    private static final String[] SWEEP = {"io.trawl.sweep.."};
    private static final String[] TESTING = {"io.trawl.testing.."};
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

    private static final String[] ICEBERG = {"org.apache.iceberg.."};
    private static final String[] HBASE_CLIENT = {"org.apache.hadoop.hbase.."};
    private static final String[] KAFKA_CLIENT = {"org.apache.kafka..", "org.apache.spark.streaming.kafka010.."};

    /** Every package that is none of the above is a job's, so that a new job needs no line here. */
    private static final DescribedPredicate<JavaClass> JOBS = resideInAPackage("io.trawl..")
            .and(not(resideInAnyPackage(of(LIB, FLUME, STACK, TESTING))))
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
        TIMES_KNOW_NO_FIELD(
                knowOnly(resideInAnyPackage(TIMES), TIMES),
                "package io.trawl.parsing.mapping.time; class Wrong { io.trawl.parsing.mapping.Field field; }"),
        A_MAPPING_KNOWS_NO_GRAMMAR(
                knowOnly(resideInAnyPackage(MAPPING), of(MAPPING, LINES, SCHEMAS)),
                "package io.trawl.parsing.mapping; class Wrong { io.trawl.parsing.grammar.Grammar grammar; }"),
        WHAT_A_GRAMMAR_IS_KNOWS_NONE(
                knowOnly(resideInAnyPackage(GRAMMAR), of(GRAMMAR, MAPPING, LINES, SCHEMAS)),
                "package io.trawl.parsing.grammar; class Wrong { io.trawl.parsing.grammar.named.Json json; }"),
        LINES_KNOW_NO_OTHER_GRAMMAR(
                knowOnly(resideInAnyPackage(LINE), of(LINE, GRAMMAR, MAPPING, LINES, SCHEMAS)),
                "package io.trawl.parsing.grammar.line; class Wrong { io.trawl.parsing.grammar.named.Json json; }"),
        DELIMITED_COLUMNS_KNOW_NO_OTHER_GRAMMAR(
                knowOnly(resideInAnyPackage(DELIMITED), of(DELIMITED, GRAMMAR, MAPPING, LINES, SCHEMAS)),
                "package io.trawl.parsing.grammar.delimited; class Wrong { io.trawl.parsing.grammar.named.Json json; }"),
        NAMED_COLUMNS_KNOW_LINES(
                knowOnly(resideInAnyPackage(NAMED), of(NAMED, LINE, GRAMMAR, MAPPING, LINES, SCHEMAS)),
                "package io.trawl.parsing.grammar.named; class Wrong { io.trawl.parsing.grammar.delimited.W3c w3c; }"),
        INTEL_KNOWS_SCHEMAS(
                knowOnly(resideInAnyPackage(INTEL), of(INTEL, SCHEMAS)),
                "package io.trawl.intel; class Wrong { io.trawl.base.Window window; }"),
        CANONICAL_FORMS_KNOW_NOTHING_OF_INTEL(
                knowOnly(resideInAnyPackage(CANONICAL), of(CANONICAL, SCHEMAS)),
                "package io.trawl.intel.canonical; class Wrong { io.trawl.intel.feed.Indicators indicators; }"),
        A_MATCH_KNOWS_NOTHING_OF_INTEL(
                knowOnly(resideInAnyPackage(MATCH), of(MATCH, SCHEMAS)),
                "package io.trawl.intel.match; class Wrong { io.trawl.intel.index.IndicatorIndex index; }"),
        FEEDS_KNOW_CANONICAL_FORMS(
                knowOnly(resideInAnyPackage(FEED), of(FEED, CANONICAL, SCHEMAS)),
                "package io.trawl.intel.feed; class Wrong { io.trawl.intel.index.IndicatorIndex index; }"),
        ALLOWLISTS_KNOW_NO_INDEX(
                knowOnly(resideInAnyPackage(ALLOW), of(ALLOW, FEED, CANONICAL, MATCH, SCHEMAS)),
                "package io.trawl.intel.allow; class Wrong { io.trawl.intel.index.IndicatorIndex index; }"),
        THE_INDEX_KNOWS_NO_ENGINE(
                knowOnly(resideInAnyPackage(INDEX), of(INDEX, FEED, CANONICAL, MATCH, SCHEMAS)),
                "package io.trawl.intel.index; class Wrong { io.trawl.intel.Engine engine; }"),
        BASE_KNOWS_FORMATS(
                knowOnly(resideInAnyPackage(BASE), of(BASE, FORMATS, SCHEMAS)),
                "package io.trawl.base; class Wrong { io.trawl.parsing.mapping.Mapping mapping; }"),
        THE_FLOW_KNOWS_BASE(
                knowOnly(resideInAnyPackage(FLOW), of(FLOW, BASE, PARSING, SCHEMAS)),
                "package io.trawl.flow; class Wrong { io.trawl.lake.Lake lake; }"),
        THE_FLOW_KNOWS_NO_RECORD_BUT_LINES(
                noClasses()
                        .that()
                        .resideInAnyPackage(FLOW)
                        .should()
                        .dependOnClassesThat(resideInAPackage("io.trawl.record..")
                                .and(not(belongToAnyOf(RawLine.class, InvalidRecord.class)))),
                "package io.trawl.flow; class Wrong { io.trawl.record.Detection detection; }"),
        COLUMNS_KNOW_BASE(
                knowOnly(resideInAnyPackage(COLUMNS), of(COLUMNS, BASE, SCHEMAS)),
                "package io.trawl.columns.read; class Wrong { io.trawl.lake.LakeTable<?> table; }"),
        READING_COLUMNS_KNOWS_NO_WRITING(
                knowOnly(resideInAPackage("io.trawl.columns.read"), of(READ, BASE, SCHEMAS)),
                "package io.trawl.columns.read; class Wrong { io.trawl.columns.write.LakeColumns columns; }"),
        KAFKA_KNOWS_BASE(
                knowOnly(resideInAnyPackage(KAFKA), of(KAFKA, BASE, PARSING, SCHEMAS)),
                "package io.trawl.kafka; class Wrong { io.trawl.lake.Lake lake; }"),
        HBASE_KNOWS_FLOW_AND_INTEL(
                knowOnly(resideInAnyPackage(HBASE), of(HBASE, FLOW, BASE, PURE)),
                "package io.trawl.hbase; class Wrong { io.trawl.kafka.Offsets offsets; }"),
        THE_LAKE_KNOWS_FLOW_AND_COLUMNS(
                knowOnly(resideInAnyPackage(LAKE), of(LAKE, COLUMNS, FLOW, BASE, SCHEMAS)),
                "package io.trawl.lake; class Wrong { io.trawl.hbase.HBaseStore<?> store; }"),
        A_RUN_KNOWS_THE_LAKE(
                knowOnly(resideInAnyPackage(RUN), of(RUN, LAKE, COLUMNS, FLOW, BASE, PARSING, SCHEMAS)),
                "package io.trawl.run; class Wrong { io.trawl.hbase.HBaseStore<?> store; }"),
        COPIES_KNOW_RUNS(
                knowOnly(resideInAnyPackage(COPIES), of(COPIES, RUN, LAKE, FLOW, BASE, PARSING, SCHEMAS)),
                "package io.trawl.copies; class Wrong { io.trawl.kafka.Offsets offsets; }"),
        STEPS_KNOW_NO_SERVER(
                knowOnly(resideInAnyPackage(STEPS), of(STEPS, RUN, LAKE, COLUMNS, FLOW, BASE, PURE)),
                "package io.trawl.steps; class Wrong { io.trawl.hbase.HBaseStore<?> store; }"),
        PARITY_KNOWS_THE_STORES(
                knowOnly(
                        resideInAnyPackage(PARITY),
                        of(PARITY, COPIES, RUN, LAKE, HBASE, KAFKA, FLOW, BASE, PARSING, SCHEMAS)),
                "package io.trawl.parity; class Wrong { io.trawl.load.LoadJob job; }"),
        ONLY_THE_LAKE_KNOWS_ICEBERG(
                knowNone(of(BASE, FLOW, KAFKA, HBASE, COPIES, PARITY), ICEBERG),
                "package io.trawl.flow; class Wrong { org.apache.iceberg.Table table; }"),
        ONLY_HBASE_KNOWS_ITS_CLIENT(
                knowNone(of(BASE, FLOW, COLUMNS, KAFKA, LAKE, RUN, COPIES, STEPS), HBASE_CLIENT),
                "package io.trawl.lake; class Wrong { org.apache.hadoop.hbase.client.Table table; }"),
        ONLY_KAFKA_KNOWS_ITS_CLIENT(
                knowNone(of(BASE, FLOW, COLUMNS, HBASE, LAKE, RUN, COPIES, STEPS), KAFKA_CLIENT),
                "package io.trawl.run; class Wrong { org.apache.kafka.clients.admin.Admin admin; }"),
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
                knowOnly(resideInAnyPackage(SWEEP), of(SWEEP, SWEPT, LIB)),
                "package io.trawl.sweep; class Wrong { io.trawl.load.LoadJob job; }"),
        NOBODY_KNOWS_A_SWEEP(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(SWEEP)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(SWEEP),
                "package io.trawl.newjob; class Wrong { io.trawl.sweep.SweepCommand command; }"),
        QUERIES_KNOW_NO_JOB(
                knowOnly(resideInAnyPackage(QUERY), of(QUERY, LIB)),
                "package io.trawl.cli.query; class Wrong { io.trawl.load.LoadJob job; }"),
        NOTHING_THAT_RUNS_KNOWS_WHAT_TESTS_ARE_MADE_OF(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(TESTING)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(TESTING),
                "package io.trawl.newjob; class Wrong { io.trawl.testing.Lines lines; }"),
        PURE_CODE_KNOWS_NO_ENGINE(
                knowNone(PURE, ENGINES), "package io.trawl.intel; class Wrong { org.apache.spark.SparkConf conf; }"),
        FILES_NEED_NO_CLUSTER(
                knowOnly(resideInAnyPackage(FILES), of(FILES, PURE)),
                "package io.trawl.cli.files; class Wrong { io.trawl.base.Window window; }"),
        FILES_NEED_NO_ENGINE(
                knowNone(FILES, ENGINES),
                "package io.trawl.cli.files; class Wrong { org.apache.spark.SparkConf conf; }"),
        THE_TERMINAL_KNOWS_NO_OTHER_ROOM_OF_FILES(
                knowOnly(resideInAnyPackage(FILES_TERMINAL), of(FILES_TERMINAL, PURE)),
                "package io.trawl.cli.files.terminal; class Wrong { io.trawl.cli.files.output.Json json; }"),
        OUTPUT_KNOWS_NO_OTHER_ROOM_OF_FILES(
                knowOnly(resideInAnyPackage(FILES_OUTPUT), of(FILES_OUTPUT, PURE)),
                "package io.trawl.cli.files.output; class Wrong { io.trawl.cli.files.terminal.Input input; }"),
        DETECTION_KNOWS_NO_OTHER_ROOM_OF_FILES(
                knowOnly(resideInAnyPackage(FILES_FORMAT), of(FILES_FORMAT, PURE)),
                "package io.trawl.cli.files.format; class Wrong { io.trawl.cli.files.output.Json json; }"),
        LOGS_KNOW_NO_FEED(
                knowOnly(
                        resideInAnyPackage(FILES_LOG), of(FILES_LOG, FILES_FORMAT, FILES_OUTPUT, FILES_TERMINAL, PURE)),
                "package io.trawl.cli.files.log; class Wrong { io.trawl.cli.files.feed.FeedReader reader; }"),
        FEEDS_KNOW_NO_LOG(
                knowOnly(resideInAnyPackage(FILES_FEED), of(FILES_FEED, FILES_TERMINAL, PURE)),
                "package io.trawl.cli.files.feed; class Wrong { io.trawl.cli.files.log.LogReader reader; }"),
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
                List.of(home.resolve("schemas"), home.resolve("flume"), home.resolve("integration-tests/stack")));
        try (Stream<Path> jobs = Files.walk(home.resolve("jobs"), 2)) {
            jobs.filter(job -> Files.exists(job.resolve("pom.xml")) && Files.exists(job.resolve("src")))
                    .forEach(modules::add);
        }
        assertThat(modules).hasSizeGreaterThan(20);

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
        JavaClasses wrong = Compiled.in(folder, arrow.wrong);
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

    private static ArchRule knowNone(String[] these, String... packages) {
        return noClasses()
                .that()
                .resideInAnyPackage(these)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
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

    /** A job is a package; a sweep, which runs several, has rules of its own. */
    private static final class OneAJob implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return JOBS.test(type) && !resideInAnyPackage(SWEEP).test(type)
                    ? SliceIdentifier.of(module(type.getPackageName()))
                    : SliceIdentifier.ignore();
        }

        /** A job may have packages below its own. */
        private static String module(String name) {
            String[] parts = name.split("\\.");
            return parts[2].equals("cli") && parts.length > 3 ? "cli." + parts[3] : parts[2];
        }

        @Override
        public String getDescription() {
            return "one a job";
        }
    }
}
