package io.trawl.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State in a folder of one machine: several jobs put files there at the same moment. */
class StateTest {
    private static final int JOBS = 4;
    private static final int ROUNDS = 300;

    @TempDir
    Path folder;

    private State state() throws IOException {
        return State.at(folder.toUri().toString(), new Configuration());
    }

    private interface Attempt<T> {
        T make() throws Exception;
    }

    /** What each of several jobs gets that try the same at one moment. */
    private static <T> List<T> atOnce(IntFunction<Attempt<T>> attempts) {
        ExecutorService threads = Executors.newFixedThreadPool(JOBS);
        try {
            CyclicBarrier all = new CyclicBarrier(JOBS);
            List<CompletableFuture<T>> results = new ArrayList<>();
            for (int job = 0; job < JOBS; job++) {
                Attempt<T> attempt = attempts.apply(job);
                results.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                all.await();
                                return attempt.make();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        threads));
            }
            return results.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void aFileThatIsKeptOnceMoreIsAsYoungAsANewOne() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "content");
        Path kept = Path.of(state().keep(file, "index/digest").toUri().getPath());
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(30)));
        Files.setLastModifiedTime(kept, old);
        state().keep(file, "index/digest");
        assertThat(Files.getLastModifiedTime(kept).toInstant())
                .isAfter(Instant.now().minus(Duration.ofHours(1)));
    }

    @Test
    void aTextIsKeptAndRead() throws IOException {
        assertThat(state().text("formats/digest.yaml")).isNull();
        state().keep("text \u00e9", "formats/digest.yaml");
        state().keep("another, of the same name", "formats/digest.yaml");
        assertThat(state().text("formats/digest.yaml")).isEqualTo("text \u00e9");
        assertThat(state().list("formats")).containsExactly("digest.yaml");
    }

    @Test
    void ofManyThatCreateAFileOneIsFirstAndItsContentStays() throws Exception {
        State state = state();
        for (int round = 0; round < ROUNDS; round++) {
            String name = "claims/" + round + ".json";
            List<Boolean> first = atOnce(job ->
                    () -> state.create(name, Json.MAPPER.createObjectNode().put("job", job)));
            assertThat(first).as("round %d", round).containsOnlyOnce(true);
            assertThat(state.read(name).path("job").asInt()).isEqualTo(first.indexOf(true));
        }
        assertThat(folder.resolve("claims")).isDirectoryContaining("glob:**/0.json");
        assertThat(folder.resolve("claims").toFile().list())
                .as("nothing else is left")
                .hasSize(ROUNDS);
    }

    @Test
    void whoReadsAFileThatManyReplaceFindsOneOfTheirs() throws Exception {
        State state = state();
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> read = atOnce(job -> () -> {
                state.replace(
                        "reports/report.json", Json.MAPPER.createObjectNode().put("job", job));
                return state.read("reports/report.json").path("job").asInt(-1);
            });
            assertThat(read).as("round %d", round).allMatch(job -> job >= 0 && job < JOBS);
        }
    }

    @Test
    void aFileOfBeforeThatHasAChecksumBesideItIsReplaced() throws Exception {
        Path reports = Files.createDirectory(folder.resolve("reports"));
        Files.writeString(reports.resolve("report.json"), "{\"job\": 1}");
        Files.writeString(reports.resolve(".report.json.crc"), "crc of something else");
        State state = state();
        assertThat(state.read("reports/report.json").path("job").asInt()).isEqualTo(1);
        state.replace("reports/report.json", Json.MAPPER.createObjectNode().put("job", 2));
        assertThat(state.read("reports/report.json").path("job").asInt()).isEqualTo(2);
        assertThat(state.list("reports")).containsExactly("report.json");
    }
}
