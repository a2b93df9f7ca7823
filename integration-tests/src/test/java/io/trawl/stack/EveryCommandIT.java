package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every sub-command and every job with nothing, with one argument too many, and with an empty one; no server runs. */
class EveryCommandIT {
    private static final Path HOME = Options.ofThisProject().home();

    /** After so many commands it is measured how fast the machine is now. */
    private static final int MEASURED = 20;

    /** What would start, end or build something big: these are tried with a wrong argument alone. */
    private static final Set<String> BIG = Set.of("up", "down", "demo", "test", "bench", "install");

    /** What a command answers whose arguments are well: no server is up, and standard input is empty. All others: 2. */
    private static final Map<List<String>, Integer> ANSWERS = Map.ofEntries(
            Map.entry(List.of("bom"), 0),
            Map.entry(List.of("canonical"), 1),
            Map.entry(List.of("canonical", ""), 1),
            Map.entry(List.of("canonical", "surplus"), 0),
            Map.entry(List.of("detections"), 1),
            Map.entry(List.of("doctor"), 1),
            Map.entry(List.of("formats"), 0),
            Map.entry(List.of("lookalike"), 1),
            Map.entry(List.of("lookalike", ""), 1),
            Map.entry(List.of("lookalike", "surplus"), 0),
            Map.entry(List.of("sightings", "surplus"), 1),
            Map.entry(List.of("status"), 1),
            Map.entry(List.of("tail"), 1),
            Map.entry(List.of("version"), 0));

    @TempDir
    Path folder;

    private final Map<String, String> environment = new LinkedHashMap<>();

    @BeforeEach
    void nobodyAnswers() throws Exception {
        Path conf = Files.writeString(folder.resolve("trawl.conf"), """
                kafka.bootstrap = 127.0.0.1:1
                lake.warehouse = hdfs://127.0.0.1:1/lake
                lake.catalog.uri = jdbc:sqlite:%s
                state.dir = hdfs://127.0.0.1:1/state
                reports.dir = hdfs://127.0.0.1:1/reports
                reports.url = webhdfs://127.0.0.1:1/reports
                hbase.port = 1
                spark.rest = spark://127.0.0.1:1
                """.formatted(folder.resolve("catalog.db")));
        environment.put("TRAWL_CONF", conf.toString());
        environment.put("TRAWL_STATE", folder.resolve("no stack").toString());
    }

    @Test
    void aMistakeIsOneLineAndNoStackTraceWithinTenSeconds() throws Exception {
        List<List<String>> all = new ArrayList<>();
        for (String subCommand : subCommands()) {
            if (BIG.contains(subCommand)) {
                all.add(List.of(subCommand, "--nope"));
            } else {
                all.add(List.of(subCommand));
                all.add(List.of(subCommand, "surplus"));
                all.add(List.of(subCommand, ""));
            }
        }
        all.add(List.of("test", "--seed", "7"));
        all.add(List.of("test", "--faults", "--minutes", "x"));
        all.add(List.of("test", "--faults", "--fast"));
        all.add(List.of(""));
        all.add(List.of("nope"));
        all.add(List.of("sightings", "evil.example", "surplus"));
        for (String job : jobs()) {
            all.add(List.of(job));
            all.add(List.of("run", job, "surplus"));
            all.add(List.of("run", job, ""));
            all.add(List.of("run", job, "--source"));
            // Without arguments these would be submitted.
            all.add(
                    List.of("refresh-indicators", "maintain").contains(job)
                            ? List.of("run", job, "--window", "x")
                            : List.of("run", job));
        }
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            Map<List<String>, Future<Said>> said = new LinkedHashMap<>();
            List<Future<Said>> measures = new ArrayList<>();
            for (List<String> arguments : all) {
                if (said.size() % MEASURED == 0) {
                    measures.add(two.submit(() -> trawl(List.of("parity"))));
                }
                said.put(arguments, two.submit(() -> trawl(arguments)));
            }
            Duration most = Duration.ZERO;
            for (Future<Said> measure : measures) {
                Duration now = Said.tenSeconds(measure.get());
                most = now.compareTo(most) > 0 ? now : most;
            }
            SoftAssertions softly = new SoftAssertions();
            for (Map.Entry<List<String>, Future<Said>> one : said.entrySet()) {
                judge(softly, one.getKey(), one.getValue().get(), most);
            }
            softly.assertAll();
        } finally {
            two.shutdownNow();
        }
    }

    private static void judge(SoftAssertions softly, List<String> arguments, Said said, Duration most) {
        String name = "trawl "
                + String.join(" ", arguments.stream().map(a -> "'" + a + "'").toList()) + ": " + said;
        softly.assertThat(said.exit()).as(name).isEqualTo(ANSWERS.getOrDefault(arguments, 2));
        softly.assertThat(said.took()).as(name).isLessThan(most);
        softly.assertThat(said.out() + said.err()).as(name).doesNotContain("Exception", "Traceback", "\tat ");
        if (said.exit() == 2) {
            softly.assertThat(said.out()).as(name).isEmpty();
            softly.assertThat(said.err()).as(name).startsWith("trawl");
        }
        softly.assertThat(said.err().lines().count()).as(name).isLessThanOrEqualTo(1);
    }

    @Test
    void helpInstallsAndBuildsNothing() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("dags"));
        Files.copy(HOME.resolve("dags/requirements.lock"), home.resolve("dags/requirements.lock"));
        Files.copy(HOME.resolve("pom.xml"), home.resolve("pom.xml"));
        environment.put("TRAWL_HOME", home.toString());
        environment.put("TRAWL_NO_BUILD", "");
        List<List<String>> all = new ArrayList<>();
        subCommands().forEach(subCommand -> all.add(List.of(subCommand, "--help")));
        all.add(List.of("detections", "--client", "10.0.0.1", "-h"));
        for (String job : jobs()) {
            all.add(List.of("run", job, "--help"));
        }

        for (List<String> arguments : all) {
            Said said = trawl(arguments);

            assertThat(said.exit()).as("%s: %s", arguments, said).isZero();
            assertThat(said.out()).as(arguments.toString()).containsIgnoringCase("usage");
            assertThat(said.err()).as(arguments.toString()).isEmpty();
        }
        try (Stream<Path> left = Files.list(home)) {
            assertThat(left).as("what help has made").hasSize(2);
        }
    }

    @Test
    void aJobThatIsTakenForASubCommandIsProposed() throws Exception {
        for (String job : jobs()) {
            assertThat(trawl(List.of(job)).err())
                    .startsWith("trawl: " + job + " is a job: did you mean 'trawl run " + job + "'?");
        }
        assertThat(trawl(List.of("hotdetect")).err()).contains("did you mean 'run hot-detect'?");
    }

    @Test
    void theHelpOfAJobShowsOnlyWhatItTakes() throws Exception {
        assertThat(trawl(List.of("run", "hot-detect", "--help")).out())
                .contains("--source", "--take-over")
                .doesNotContain("--window");
        assertThat(trawl(List.of("run", "refresh-indicators", "--help")).out())
                .contains("--feeds")
                .doesNotContain("--window", "--source");
        assertThat(trawl(List.of("run", "maintain", "--help")).out())
                .contains("--conf")
                .doesNotContain("--window", "--source");
        assertThat(trawl(List.of("run", "enrich", "--help")).out()).contains("--source", "--window", "--indicators");
        assertThat(trawl(List.of("run", "hot-detect", "--source", "proxy", "--window", "x", "--check"))
                        .err())
                .isEqualTo("trawl hot-detect: job hot-detect takes no --window\n");
    }

    private static List<String> jobs() {
        return List.of(
                "ingest",
                "validate",
                "enrich",
                "load",
                "audit",
                "replay",
                "refresh-indicators",
                "maintain",
                "hot-detect");
    }

    private List<String> subCommands() throws Exception {
        List<String> found = trawl(List.of("help"))
                .out()
                .lines()
                .filter(line -> line.matches(" {2}[a-z].*"))
                .map(line -> line.strip().replaceFirst(" .*", ""))
                .toList();
        assertThat(found).contains("up", "run", "detections", "doctor", "version");
        return found;
    }

    private Said trawl(List<String> arguments) throws Exception {
        return Said.by(folder, environment, arguments);
    }
}
