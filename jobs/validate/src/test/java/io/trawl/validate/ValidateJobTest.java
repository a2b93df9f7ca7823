package io.trawl.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.run.Jobs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a source's formats make validate refuse before Spark starts. */
class ValidateJobTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private Path broken;

    @BeforeEach
    void aBrokenDeclaration() throws IOException {
        broken = Files.writeString(
                Files.createDirectory(folder.resolve("formats")).resolve("my-gateway.yaml"), """
                        name: my-gateway
                        title: My gateway
                        link: https://gateway.example/
                        verified: true
                        grammar:
                          delimited: {columns: time client url}
                        map: {timestamp: time, source_address: client, url_original: uri}
                        samples:
                          - line: nonsense
                            refused: syntax
                        """);
    }

    /** Exit status and the line on stderr. */
    private String validate(String format, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--source", "proxy", "--window", "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z", "--report", "r.json"));
        for (String place : List.of("lake.warehouse", "reports.dir", "state.dir")) {
            arguments.addAll(
                    List.of("--set", place + "=" + folder.resolve(place).toUri()));
        }
        arguments.addAll(
                List.of("--set", "formats.folder=" + broken.getParent(), "--set", "source.proxy.format=" + format));
        arguments.addAll(List.of(more));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                new ValidateJob(),
                NOON,
                new PrintStream(said, true, StandardCharsets.UTF_8));
        return status + " " + said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aBrokenDeclarationOfTheSiteIsRefusedInOneLine() throws IOException {
        String line = broken + ":7: no column uri in the grammar; expected one of time, client, url";
        assertThat(validate("squid, my-gateway")).isEqualTo("2 trawl validate: " + line + "\n");
        JsonNode report =
                Json.MAPPER.readTree(folder.resolve("reports.dir/r.json").toFile());
        assertThat(report.path("status").asText()).isEqualTo("refused");
        assertThat(report.path("error").asText()).isEqualTo(line);
        assertThat(validate("my-gateway", "--check")).isEqualTo("2 trawl validate: " + line + "\n");
    }

    @Test
    void anUnknownFormatIsRefusedInOneLine() {
        assertThat(validate("my-gatway", "--check"))
                .isEqualTo("2 trawl validate: setting source.proxy.format: format my-gatway is unknown: did you mean"
                        + " my-gateway? (bin/trawl formats lists them)\n");
    }

    @Test
    void aDeclarationThatNoSourceNamesIsNotRead() {
        assertThat(validate("squid, nginx", "--check")).isEqualTo("0 ");
    }
}
