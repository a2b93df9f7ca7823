package io.trawl.intel.rule.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Sieve;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packs of rules, and what their sieves let pass. */
class RulePackTest {
    @TempDir
    Path folder;

    private RulePack pack(String name, String text) throws IOException {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Files.writeString(rules.resolve(name), text);
        RuleInputs given = new RuleInputs(List.of(rules), null, null, null, false, null, null, 0, null, List.of());
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        RulePack.pack(given, packed);
        Path file = folder.resolve("packed");
        Files.write(file, packed.toByteArray());
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        RulePack.pack(given, again);
        assertThat(again.toByteArray()).as("the same rules").isEqualTo(packed.toByteArray());
        return RulePack.open(file);
    }

    private static Judge judge(RulePack pack, String... formats) {
        return Objects.requireNonNull(pack.judge(List.of(formats), ""));
    }

    private static int verdicts(Judge judge, ProxyEvent event) {
        List<Object> verdicts = new ArrayList<>();
        judge.judge(event, verdicts::add);
        return verdicts.size();
    }

    private static String sigma(String category, String test) {
        return """
                title: A rule
                id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d11
                status: test
                logsource: {category: %s}
                detection:
                    one: {%s}
                    condition: one
                """.formatted(category, test);
    }

    /** The column has nanoseconds, the rule's field milliseconds. */
    @Test
    void theSieveAsksForANumberInTheUnitOfTheRule() throws IOException {
        Judge judge = judge(pack("slow.yml", sigma("proxy", "time-taken|lt: 100")), "squid");
        Sieve sieve = judge.sieve();

        for (long millis : new long[] {50, 99, 100, 500}) {
            ProxyEvent event = Events.event();
            event.setEventDuration(millis * 1_000_000);
            assertThat(Objects.requireNonNull(sieve.numbers().get("event_duration"))
                            .test(millis * 1_000_000))
                    .as(millis + " ms")
                    .isEqualTo(verdicts(judge, event) == 1)
                    .isEqualTo(millis < 100);
        }
    }

    /** The column has nanoseconds, the rule's field a text of seconds. */
    @Test
    void theSieveAsksForATextOfSeconds() throws IOException {
        Judge judge =
                judge(pack("long.yml", sigma("network, service: connection", "event.duration|gt: 1.5")), "pfsense");
        for (long millis : new long[] {500, 1500, 1501, 20_000}) {
            ProxyEvent event = Events.event();
            event.setEventDuration(millis * 1_000_000);
            boolean found = verdicts(judge, event) == 1;
            assertThat(found).as(millis + " ms").isEqualTo(millis > 1500);
            var numbers = judge.sieve().numbers().get("event_duration");
            assertThat(!found || numbers == null || numbers.test(millis * 1_000_000))
                    .isTrue();
        }
    }

    /** A port is of three columns, of which one has texts. */
    @Test
    void theSieveAsksEachColumnAsWhatItIs() throws IOException {
        Judge judge = judge(
                pack("port.stix", "[network-traffic:dst_port = 443 AND network-traffic:dst_port < 500]\n"), "squid");
        Sieve sieve = judge.sieve();

        assertThat(sieve.numbers()).containsOnlyKeys("destination_port", "url_port");
        Sieve.Values schemes = Objects.requireNonNull(sieve.texts().get("url_scheme"));
        assertThat(schemes.mayMeet("https")).isTrue();
        assertThat(schemes.mayMeet("http")).isFalse();
        ProxyEvent event = Events.event();
        event.setUrlPort(null);
        event.setDestinationPort(null);
        event.setUrlScheme("https");
        assertThat(verdicts(judge, event)).isEqualTo(1);
        assertThat(judge.columns()).contains("url_scheme", "url_port", "destination_port");
    }

    @Test
    void aSourceSeesTheRulesOfItsFormatOrOfItsSetting() throws IOException {
        RulePack pack = pack("web.yml", sigma("webserver", "cs-method: GET"));

        assertThat(pack.judge(List.of("squid"), "")).isNull();
        assertThat(pack.judge(List.of("combined"), "")).isNotNull();
        assertThat(pack.judge(List.of("squid", "combined"), "")).isNotNull();
        assertThat(pack.judge(List.of("squid"), "webserver")).isNotNull();
        assertThat(pack.judge(List.of("combined"), "proxy")).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> pack.judge(List.of("squid"), "a/b/c/d"));
    }

    @Test
    void expressionsThatWouldFillTheMemoryAreRefused() throws IOException {
        RulePack pack = pack("large.yml", sigma("proxy", "c-uri|re: '((a{1000}){1000}){1000}'"));

        assertThat(pack.book().refused())
                .singleElement()
                .satisfies(one -> assertThat(one.reason()).contains("steps"));
    }

    @Test
    void aPatternThatIsValidForEverIs() throws IOException {
        String bundle = """
                {"type":"bundle","id":"bundle--7a3b1d2e-0000-4000-8000-000000000001","objects":[{"type":"indicator","spec_version":"2.1",
                "id":"indicator--7a3b1d2e-0000-4000-8000-000000000002","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",
                "pattern_type":"stix","pattern":"[url:value LIKE 'http://evil%']","valid_from":"2020-01-01T00:00:00Z",
                "valid_until":"9999-12-31T23:59:59.9999999Z"}]}
                """;
        ProxyEvent event = Events.get("http://evil.example/");

        assertThat(verdicts(judge(pack("b.JSON", bundle), "squid"), event)).isEqualTo(1);
    }

    @Test
    void whatTheIndexHasIsNotKeptAgain() throws IOException {
        String patterns = "[domain-name:value = 'evil.example']\n[url:value LIKE 'http://evil%']\n";
        RulePack opened = pack("p.stix", patterns);

        assertThat(opened.indicators()).isEmpty();
        assertThat(opened.book().valid())
                .singleElement()
                .satisfies(one -> assertThat(one.name()).isEqualTo("[url:value LIKE 'http://evil%']"));
        RulePack read = RulePack.read(new RuleInputs(
                List.of(folder.resolve("rules")), null, null, null, false, null, null, 0, null, List.of()));
        assertThat(read.indicators())
                .singleElement()
                .satisfies(one -> assertThat(one.getValue()).isEqualTo("evil.example"));
        assertThat(read.book().valid()).hasSize(2);
    }

    @Test
    void theSitesOwnMappingOfStixIsPartOfThePack() throws IOException {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Files.writeString(rules.resolve("p.stix"), "[software:name = 'Evil/1.0']\n");
        Path mapping = folder.resolve("objects.yaml");
        Files.writeString(mapping, "objects: {software: [{name: user_agent.original}]}\n");
        RuleInputs given = new RuleInputs(List.of(rules), null, null, mapping, false, null, null, 0, null, List.of());
        Path file = folder.resolve("packed");
        try (OutputStream out = Files.newOutputStream(file)) {
            RulePack.pack(given, out);
        }
        ProxyEvent event = Events.event();
        event.setUserAgentOriginal("Evil/1.0");

        assertThat(verdicts(judge(RulePack.open(file), "squid"), event)).isEqualTo(1);
        assertThat(RulePack.open(file).book().notSweepable()).isEmpty();
    }
}
