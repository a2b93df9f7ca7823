package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.audit.AuditJob;
import io.trawl.base.SourceParser;
import io.trawl.ingest.IngestJob;
import io.trawl.run.Run;
import io.trawl.validate.ValidateJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which formats a window is parsed by when it is swept again. */
class PinnedFormatsJobTest extends ReplayedLake {
    private final Path mine = folder.resolve("formats/my-gateway.yaml");
    private final Path squid = folder.resolve("formats/squid.yaml");

    @AfterEach
    void withoutASquidOfTheSite() throws IOException {
        Files.deleteIfExists(squid);
    }

    private String notes() throws Exception {
        return report("validate", 0).path("notes").toString();
    }

    private String validateAgain(String... more) {
        return run(new ValidateJob(), 0, more);
    }

    @Test
    void aRerunParsesByTheFormatsOfTheFirstSweep() throws Exception {
        Map<String, List<String>> first = named(0);
        Map<String, String> versions = validate(0).versions();
        assertThat(versions)
                .containsEntry("parser", "my-gateway/1")
                .containsEntry("format.my-gateway", SourceParser.digest(FORMAT.formatted(3)))
                .containsEntry("zone", "UTC")
                .containsEntry("formats", "pinned");

        assertThat(validateAgain()).isEmpty();

        assertThat(named(0)).isEqualTo(first);
        assertThat(validate(0).versions()).isEqualTo(versions);
        assertThat(notes())
                .contains("is parsed again by the formats of run ", ", not by today's, my-gateway/1 (")
                .contains("validate --formats latest, for all lines, and by replay, for invalid ones");
        follows(0);
    }

    @Test
    void theLatestFormatsArePinnedFromThenOn() throws Exception {
        assertThat(validateAgain("--formats", "latest")).isEmpty();
        Map<String, List<String>> mended = named(0);
        assertThat(mended.get("proxy_events")).hasSize(5);
        assertThat(notes()).doesNotContain("is parsed again");
        assertThat(validate(0).versions())
                .containsEntry("formats", "latest")
                .containsEntry("format.my-gateway", SourceParser.digest(FORMAT.formatted(4)));

        Files.writeString(mine, FORMAT.formatted(3));
        assertThat(validateAgain()).isEmpty();
        assertThat(named(0)).isEqualTo(mended);
        follows(0);
        assertThat(validateAgain("--formats", "newest"))
                .startsWith("2 trawl validate: ")
                .contains("pinned, latest");
    }

    @Test
    void aRunThatDiedBeforeItsEntryPinsNothing() throws Exception {
        Consumer<String> killed = step -> {
            if (step.equals(ValidateJob.RECORD)) {
                throw new IllegalStateException("killed");
            }
        };
        came(2, LINES[1]);
        mustRun(2, List.of(IngestJob::new));
        Files.writeString(mine, FORMAT.formatted(3));
        assertThat(run(new ValidateJob(killed), 2)).contains("killed");
        Files.writeString(mine, FORMAT.formatted(4));
        mustRun(2, List.of(ValidateJob::new));
        assertThat(events(2)).hasSize(1);

        Map<String, List<String>> swept = named(2);
        Files.writeString(mine, FORMAT.formatted(3));
        assertThat(run(new ValidateJob(killed), 2, "--formats", "latest")).contains("killed");
        mustRun(2, List.of(ValidateJob::new));
        assertThat(named(2)).isEqualTo(swept);
        follows(2);
    }

    @Test
    void namesAndZoneOfASourceArePinnedToo() throws Exception {
        Map<String, List<String>> first = named(0);
        assertThat(validateAgain("--set", "source.files.format=nginx", "--set", "source.files.zone=Europe/Berlin"))
                .isEmpty();
        assertThat(named(0)).isEqualTo(first);
        assertThat(notes()).contains(", zone UTC, not by today's, nginx/2, zone Europe/Berlin: ");
        assertThat(validate(0).versions())
                .containsEntry("parser", "my-gateway/1")
                .containsEntry("zone", "UTC");
    }

    @Test
    void oneOfTrawlsOwnFormatsStaysThatAlsoWhereTheSiteHasItsOwnSince() throws Exception {
        came(
                3,
                "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://evil.example/ - HIER_DIRECT/192.0.2.7 a/b");
        mustRun(3, List.of(IngestJob::new));
        String[] bySquid = {"--set", "source.files.format=squid"};
        assertThat(run(new ValidateJob(), 3, bySquid)).isEmpty();
        Map<String, List<String>> first = named(3);
        assertThat(first.get("proxy_events")).hasSize(1);
        Files.writeString(squid, FORMAT.formatted(4).replace("my-gateway", "squid"));

        assertThat(run(new ValidateJob(), 3, bySquid)).isEmpty();

        assertThat(named(3)).isEqualTo(first);
        assertThat(run(new ValidateJob(), 3, "--formats", "latest", bySquid[0], bySquid[1]))
                .isEmpty();
        assertThat(events(3)).isEmpty();
    }

    @Test
    void aRerunAfterAReplayKeepsWhatItHealed() throws Exception {
        replay(0, "--pattern", "evil");
        assertThat(validate(0).versions())
                .containsEntry("formats", "latest")
                .containsEntry("format.my-gateway", SourceParser.digest(FORMAT.formatted(4)));
        Files.writeString(mine, FORMAT.formatted(3));
        assertThat(validateAgain()).isEmpty();
        assertThat(events(0)).hasSize(5);
        follows(0);
    }

    @Test
    void anotherVersionOfTrawlIsSaid() throws Exception {
        assertThat(run(new Also(new ValidateJob(), run -> run.version("trawl", "0.0.9")), 0))
                .isEmpty();
        assertThat(validateAgain()).isEmpty();
        assertThat(notes())
                .contains(" was of Trawl 0.0.9 with my-gateway/1, this one is of Trawl " + Run.CODE_VERSION
                        + " with my-gateway/1: where a parser has changed, a line may become another event");
        assertThat(validateAgain()).isEmpty();
        assertThat(notes()).doesNotContain("0.0.9");
    }

    @Test
    void aDeclarationThatIsGoneOrDamagedIsSaidAndTodaysCanBeTaken() throws Exception {
        String name = SourceParser.digest(FORMAT.formatted(3)) + ".yaml";
        Path kept;
        try (Stream<Path> files = Files.walk(folder.resolve("lake"))) {
            kept = files.filter(file -> file.endsWith(Path.of("formats", name)))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(kept).hasContent(FORMAT.formatted(3));
        Files.writeString(kept, FORMAT.formatted(4));
        assertThat(validateAgain()).contains("the declaration of format my-gateway is damaged (");
        Files.delete(kept);
        assertThat(validateAgain())
                .startsWith("2 trawl validate: window " + window(0) + " of source files was parsed by my-gateway/1 (")
                .contains(
                        "), zone UTC, which cannot be read as it was then: the declaration of format my-gateway is no longer kept (")
                .endsWith("; to parse it by today's formats, run validate --formats latest");
        assertThat(validateAgain("--formats", "latest")).isEmpty();
        assertThat(events(0)).hasSize(5);
        follows(0);
        assertThat(run(new AuditJob(), 0)).isEmpty();
    }

    @Test
    void formatsThatAreTheSameTodayNeedNoKeptText() throws Exception {
        Files.writeString(mine, FORMAT.formatted(3));
        Map<String, List<String>> first = named(0);
        assertThat(validateAgain()).isEmpty();
        assertThat(named(0)).isEqualTo(first);
        assertThat(report("validate", 0).path("notes")).isEmpty();
    }
}
