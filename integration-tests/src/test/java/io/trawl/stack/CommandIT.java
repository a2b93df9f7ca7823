package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/trawl as a user meets it: what it starts and ends, and the one line it says when something is missing. */
class CommandIT {
    private static final Path HOME = Options.ofThisProject().home();

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final Map<String, String> environment = new LinkedHashMap<>();

    @AfterEach
    void removeTheLinksToTheMachinesPrograms() {
        SharedStack.delete(folder.resolve("bin"));
    }

    @Test
    void upIsRepeatableStatusNamesTheDeadAndDownLeavesNothing() throws Exception {
        String state = folder.resolve("a state").toString();
        String[] up = {"up", "--state", state, "--port-shift", "4000", "--without", "hdfs,hbase,flume,spark,airflow"};
        try {
            assertThat(trawl(up).exit()).isZero();
            assertThat(trawl("up", "--state", state))
                    .matches(said -> said.exit() == 0 && said.out().startsWith("the stack is up: 1 servers"));
            assertThat(trawl("status", "--state", state).exit()).isZero();

            Path supervisorLog = Path.of(state, "logs/supervisor.log");
            Leftovers.end(Leftovers.of(Path.of(state), "kafka"));
            awaitStatus(state, 1, "Kafka's death", said -> said.err().contains("down: kafka"));

            Said again = awaitStatus(state, 0, "its return", said -> said.out().contains("restarted once, last at 2"));
            assertThat(again.out()).contains("ended with exit status 137");
            assertThat(trawl("status", "--json", "--state", state).out())
                    .contains("\"restarts\": [{\"at\": \"2", "\"why\": \"ended with exit status 137\"}]");
            assertThat(Files.readString(supervisorLog))
                    .contains(
                            "Z kafka ended with exit status 137; starting it again (restart 1, at most 5 in 10 minutes",
                            "Z kafka is up again");
        } finally {
            assertThat(trawl("down", "--state", state).exit()).isZero();
        }
        assertThat(Leftovers.of(Path.of(state))).isEmpty();
        assertThat(trawl("status", "--state", state)).matches(said -> said.exit() == 1);
    }

    @Test
    void aServerThatFallsTooOftenIsLeftDownUntilUp() throws Exception {
        String state = folder.resolve("state").toString();
        String[] up = {
            "up",
            "--state",
            state,
            "--port-shift",
            "4000",
            "--without",
            "hdfs,hbase,flume,spark,airflow",
            "--stack",
            "restart.most=1"
        };
        try {
            assertThat(trawl(up).exit()).isZero();
            Leftovers.end(Leftovers.of(Path.of(state), "kafka"));
            awaitStatus(state, 0, "its return", said -> said.out().contains("restarted once"));
            Leftovers.end(Leftovers.of(Path.of(state), "kafka"));

            Said left = awaitStatus(state, 1, "a word on it", said -> said.out().contains("left down"));
            assertThat(left.out()).contains("left down after 1 restart in 10 minutes; its log is ", "kafka.log");

            assertThat(trawl("up", "--state", state).out()).contains("kafka", "1 of 1 servers started");
            assertThat(trawl("status", "--state", state).exit()).isZero();
        } finally {
            trawl("down", "--state", state);
        }
    }

    @Test
    void afterAKillOfEverythingUpLosesNothing() throws Exception {
        Path state = folder.resolve("state");
        String[] up = {"up", "--state", state.toString(), "--port-shift", "4000", "--without", "hdfs,hbase,spark"};
        Topic topic = new Topic(Integer.parseInt(
                        Site.properties(HOME.resolve("conf/stack.conf")).getOrDefault("port.kafka", ""))
                + 4000);
        try {
            assertThat(trawl(up).exit()).isZero();
            assertThat(Leftovers.of(state)).hasSizeGreaterThan(5);
            append(state, "before");
            topic.arrivedOnce("before", SOON);

            // Servers end with their supervisor, whatever it died of.
            Leftovers.end(List.of(supervisor(state)));
            append(state, "without a supervisor");
            Await.until("all servers to end", SOON, () -> Leftovers.of(state), List::isEmpty);
            assertThat(trawl(
                                    "up",
                                    "--state",
                                    state.toString(),
                                    "--without",
                                    "hdfs,hbase,spark,airflow",
                                    "--port-shift",
                                    "4000")
                            .exit())
                    .isZero();
            topic.arrivedOnce("without a supervisor", SOON);

            Processes.signal("STOP", supervisor(state).pid());
            assertThat(trawl("status", "--state", state.toString()))
                    .matches(said -> said.exit() == 1)
                    .extracting(Said::err)
                    .asString()
                    .contains("the supervisor (pid " + supervisor(state).pid() + ") does not answer within 8 s");
            Processes.signal("CONT", supervisor(state).pid());

            List<ProcessHandle> everything = new ArrayList<>(Leftovers.of(state));
            everything.add(supervisor(state));
            append(state, "at the kill of everything");
            Leftovers.end(everything);
            append(state, "without anything");
            assertThat(trawl("up", "--state", state.toString()).exit()).isZero();
            for (String line :
                    List.of("before", "without a supervisor", "at the kill of everything", "without anything")) {
                topic.arrivedOnce(line, SOON);
            }
        } finally {
            assertThat(trawl("down", "--state", state.toString()).exit()).isZero();
        }
        assertThat(Leftovers.of(state)).isEmpty();
    }

    private static ProcessHandle supervisor(Path state) {
        return ProcessHandle.of(Long.parseLong(
                        Site.properties(state.resolve("run/supervisor")).getOrDefault("pid", "")))
                .orElseThrow();
    }

    private static void append(Path state, String line) throws IOException {
        Files.writeString(
                state.resolve("proxies/proxy-1/access.log"),
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private Said awaitStatus(String state, int exit, String what, Predicate<Said> test) {
        return Await.until(
                what, SOON, () -> trawl("status", "--state", state), said -> said.exit() == exit && test.test(said));
    }

    /** A project of its own, so that the stacks that nobody has to name are the test's. */
    @Test
    void aStackThatTheDemoLeftIsFoundUnlessAnotherRuns() throws Exception {
        Path home = Files.createDirectories(folder.resolve("project"));
        // Without dist: it lists the classes of an archive that outlives the test in the making.
        for (String part : List.of("bin", "conf", "dags", "flume", "target", "pom.xml")) {
            Files.createSymbolicLink(home.resolve(part), HOME.resolve(part));
        }
        Files.createDirectories(home.resolve(".trawl"));
        for (String part : List.of("venv", "venv.stamp")) {
            Files.createSymbolicLink(
                    home.resolve(".trawl").resolve(part), HOME.resolve(".trawl").resolve(part));
        }
        environment.put("TRAWL_HOME", home.toString());
        Path demo = home.resolve(".trawl/demo");
        String using = "using the demo's stack in .trawl/demo\n";
        try {
            assertThat(trawl("status").err())
                    .startsWith("trawl status: no stack runs in " + home.resolve(".trawl/stack"));
            assertThat(trawl(
                                    "up",
                                    "--state",
                                    demo.toString(),
                                    "--port-shift",
                                    "4000",
                                    "--without",
                                    "hdfs,hbase,flume,spark,airflow")
                            .exit())
                    .isZero();

            assertThat(trawl("status"))
                    .matches(said -> said.exit() == 0 && said.err().equals(using));
            assertThat(trawl("logs"))
                    .matches(said -> said.out().contains("kafka") && said.err().equals(using));
            assertThat(trawl("status", "--state", folder.resolve("other").toString())
                            .exit())
                    .isEqualTo(1);
            long supervisor = Long.parseLong(
                    Site.properties(demo.resolve("run/supervisor")).getOrDefault("pid", ""));
            Processes.signal("STOP", supervisor);
            Said silent = trawl("status");
            Processes.signal("CONT", supervisor);
            assertThat(silent.exit()).isEqualTo(1);
            assertThat(silent.err())
                    .isEqualTo(
                            using + "trawl status: the supervisor (pid " + supervisor
                                    + ") does not answer within 8 s: 'bin/trawl down' ends it and the servers, 'bin/trawl up' starts them again\n");

            assertThat(trawl("down"))
                    .matches(said -> said.exit() == 0
                            && said.err().equals(using)
                            && said.out().contains("the stack is down"));
            assertThat(Leftovers.of(demo)).isEmpty();
        } finally {
            trawl("down", "--state", demo.toString());
        }
        assertThat(trawl("down").out()).startsWith("no stack runs in " + home.resolve(".trawl/stack"));
    }

    @Test
    void anUnknownSubCommandHearsOfTheNearest() throws Exception {
        mistake(trawl("statsu"), "unknown sub-command 'statsu'", "did you mean 'status'?");
    }

    @Test
    void anUnknownOptionIsNamed() throws Exception {
        mistake(trawl("up", "--prot-shift", "3"), "option --prot-shift is unknown", "--port-shift");
        mistake(trawl("up", "--stack", "port.kafak=1", "--state", folder.toString()), "port.kafak is unknown");
        mistake(
                trawl("up", "--set", "hot.btach=PT1S", "--state", folder.toString()),
                "setting hot.btach (--set) is unknown: did you mean hot.batch?");
    }

    @Test
    void withoutAJdkItSaysHowToGetOne() throws Exception {
        environment.put("PATH", pathWithout(name -> name.startsWith("java")));
        environment.put("JAVA_HOME", "");

        mistake(trawl("status"), "no JDK", "openjdk-17");
    }

    @Test
    void theDoctorSaysWhatIsMissingAndFails() throws Exception {
        assertThat(trawl("doctor"))
                .matches(said -> said.exit() == 0 && said.err().isEmpty())
                .matches(said -> said.out().lines().allMatch(line -> line.matches("(ok   |warn ) [a-z]+ +.*")));
        assertThat(trawl("doctor", "--set", "hot.btach=1"))
                .matches(said -> said.exit() == 1 && said.err().isEmpty())
                .matches(said -> said.out().contains("FAIL  settings           setting hot.btach (--set) is unknown"));

        environment.put("PATH", pathWithout(name -> name.startsWith("java")));
        environment.put("JAVA_HOME", "");

        Said ill = trawl("doctor", "--output", "json");

        assertThat(ill.exit()).isEqualTo(1);
        assertThat(ill.err()).isEmpty();
        assertThat(ill.out())
                .startsWith(
                        "[\n  {\"status\": \"FAIL\", \"name\": \"java\", \"found\": \"no JDK\", \"do\": \"install a JDK 17")
                .endsWith("}\n]\n");
    }

    @Test
    void anotherJavaIsNamed() throws Exception {
        script(folder.resolve("jdk/bin/javac"), "echo javac 21.0.2");
        environment.put("JAVA_HOME", folder.resolve("jdk").toString());

        mistake(trawl("status"), "runs on Java 17", "javac 21.0.2");
    }

    @Test
    void withoutMavenItSaysHowToGetIt() throws Exception {
        environment.put("PATH", pathWithout(name -> name.startsWith("mvn")));

        mistake(trawl("test"), "no Maven", "apt-get install maven");
    }

    @Test
    void anotherPythonIsNamed() throws Exception {
        environment.put("PATH", pathWithout(name -> name.startsWith("python")));
        script(folder.resolve("bin/python3"), "[ \"$1\" = -V ] && echo Python 3.9.2; exit 1");
        environment.put("TRAWL_HOME", emptyHome());

        mistake(trawl("install"), "needs Python 3.11", "python3 is Python 3.9.2", "TRAWL_PYTHON");
    }

    @Test
    void aFullDiskIsNamed() throws Exception {
        environment.put("PATH", pathWithout(name -> name.equals("df")));
        script(folder.resolve("bin/df"), "echo header; echo /dev/full 9000000 8000000 1000000 90% /");
        environment.put("TRAWL_HOME", emptyHome());

        mistake(trawl("install"), "has 0 GB free", "needs 3");
    }

    /** Exit status 2, and one line. */
    private static void mistake(Said said, String... parts) {
        assertThat(said.exit()).as(said.toString()).isEqualTo(2);
        assertThat(said.err().lines()).as(said.err()).hasSize(1);
        assertThat(said.err()).startsWith("trawl").contains(parts);
    }

    private Said trawl(String... arguments) throws IOException, InterruptedException {
        return Said.by(folder, environment, List.of(arguments));
    }

    /** A PATH of one folder with everything of the machine's but what the test takes away. */
    private String pathWithout(Predicate<String> taken) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String place : List.of("/usr/bin", "/bin")) {
            try (DirectoryStream<Path> programs = Files.newDirectoryStream(Path.of(place))) {
                for (Path program : programs) {
                    String name = program.getFileName().toString();
                    if (!taken.test(name)
                            && !Files.exists(bin.resolve(name), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(bin.resolve(name), program);
                    }
                }
            }
        }
        return bin.toString();
    }

    /** A project folder in which nothing has been installed. */
    private String emptyHome() throws IOException {
        Path home = folder.resolve("home");
        Files.createDirectories(home.resolve("dags"));
        Files.copy(HOME.resolve("dags/requirements.lock"), home.resolve("dags/requirements.lock"));
        return home.toString();
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.writeString(file, "#!/bin/bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
