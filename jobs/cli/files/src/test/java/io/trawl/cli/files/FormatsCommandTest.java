package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code formats}: list, show, test, detect, new. */
class FormatsCommandTest {
    private static final String SQUID =
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com/a?b alice HIER_DIRECT/192.0.2.7 text/html\n"
                    + "1700000001.456      5 198.51.100.5 TCP_HIT/304 0 GET http://www.example.com/c - HIER_NONE/- text/css\n";
    private static final String COMBINED =
            "198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] \"GET /a HTTP/1.1\" 200 45 \"-\" \"Mozilla/5.0 (X11)\"\n"
                    + "198.51.100.5 - - [26/Dec/2016:16:16:29 +0200] \"POST /b?c=d HTTP/1.1\" 404 5 \"http://r.example/\" \"Mozilla/5.0 (X11)\"\n";
    private static final String GATEWAY = """
            name: my-gateway
            title: Our gateway
            link: https://example.com/gateway
            verified: true
            grammar:
              nginx: '$remote_addr|$time_iso8601|$request_method|$request_uri|$status'
            samples:
              - line: '192.0.2.1|2024-06-12T10:11:12+00:00|GET|/a|200'
                event: {timestamp: "2024-06-12T10:11:12Z", source_address: "192.0.2.1", source_ip: "192.0.2.1",
                  http_request_method: GET, url_original: /a, url_path: /a, http_response_status_code: "200"}
            """;
    private static final String GATEWAY_LINE = "192.0.2.9|2024-06-12T10:11:13+00:00|GET|/b|404\n";

    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content).toString();
    }

    private static Ran run(String... words) {
        return piped("", words);
    }

    private static Ran piped(String stdin, String... words) {
        return Ran.of(bytes(stdin), words);
    }

    @Test
    void allFormatsAreListedWithWhatIsKnownOfThem() throws IOException {
        file("site/my-gateway.yaml", GATEWAY);
        file("site/squid.yaml", GATEWAY.replace("my-gateway", "squid"));
        file("site/wrong.yaml", "name: wrong\n");
        Ran ran = run("formats", "--formats", folder + "/site");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .hasSize(Formats.shipped().names().size() + 3)
                .anyMatch(line -> line.matches("NAME +STATE +SITE +TITLE"))
                .anyMatch(line -> line.matches("nginx +verified +- +nginx's .*"))
                .anyMatch(line -> line.matches("w3c +unverified +- .*"))
                .anyMatch(line -> line.matches("my-gateway +verified +site +Our gateway"))
                .anyMatch(line -> line.matches("wrong +unusable +site +.*wrong.yaml:1: no title.*"));
        assertThat(ran.err())
                .startsWith("trawl formats: format squid is the site's own (")
                .hasLineCount(1);

        List<JsonNode> json = run("formats", "list", "--output", "json").json();
        assertThat(json).hasSize(Formats.shipped().names().size());
        assertThat(json.get(0).get("name").asText()).isEqualTo("a10-cef");
        assertThat(json.get(0).get("site").asText()).isEqualTo("no");
    }

    @Test
    void aFormatIsShownWithMappingAndSamples() throws IOException {
        String shown = run("formats", "show", "nginx").out();
        assertThat(shown)
                .startsWith("nginx: nginx's ")
                .contains("verified with real lines\n", "https://nginx.org/")
                .contains("layout 1 of ")
                .containsPattern("  source\\.ip|  source\\.address +\\$remote_addr\n")
                .containsPattern("  @timestamp +\\$time_local, as clf\n")
                .containsPattern("sample 1 of \\d+: .*\n  @timestamp .*\n");
        assertThat(run("formats", "show", file("my-gateway.yaml", GATEWAY)).out())
                .startsWith("my-gateway: Our gateway\n")
                .contains("192.0.2.1|2024-06-12T10:11:12+00:00|GET|/a|200");
        String hostile = GATEWAY.replace("Our gateway", "\"a\\e[2J\"");
        assertThat(run("formats", "show", file("my-gateway.yaml", hostile)).out())
                .startsWith("my-gateway: a?[2J\n");
    }

    @Test
    void everyShippedFormatIsShown() {
        for (String name : Formats.shipped().names()) {
            Ran ran = run("formats", "show", name);
            assertThat(ran.status()).as(name).isZero();
            assertThat(ran.out()).as(name).contains("sample 1 of ", "layout");
        }
    }

    @Test
    void samplesAreTested() throws IOException {
        Ran all = run("formats", "test");
        assertThat(all.out()).matches(Formats.shipped().names().size() + " formats: \\d+ samples are as expected\n");
        assertThat(all.status()).isZero();
        assertThat(run("formats", "test", "squid").out()).matches("squid: \\d+ samples are as expected\n");

        String wrong = file("my-gateway.yaml", GATEWAY.replace("url_path: /a", "url_path: /b"));
        Ran ran = run("formats", "test", wrong);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEqualTo(wrong + ":8: url_path of the sample is /a; expected /b\n");
        String unknown = file("unknown/my-gateway.yaml", GATEWAY.replace("verified:", "verfied:"));
        assertThat(run("formats", "test", unknown).out())
                .startsWith(unknown + ":4: unknown key verfied; expected one of name, ")
                .hasLineCount(1);
        assertThat(run("formats", "test", unknown).status()).isEqualTo(1);
        Ran site = run("formats", "test", "--formats", folder + "/unknown");
        assertThat(site.status()).isEqualTo(1);
        assertThat(site.out()).contains("unknown key verfied").hasLineCount(1);
    }

    @Test
    void squidsLogIsFoundAndTwoLinesAreShown() throws IOException {
        Ran ran = run("formats", "detect", file("access.log", SQUID));
        assertThat(ran.status()).as(ran.out()).isZero();
        assertThat(ran.out())
                .startsWith("squid: Squid's native access.log\n  2 of 2 lines are valid (100.0 %), ")
                .contains("line 1 as squid: 1700000000.123     62", "line 2 as squid: ")
                .containsPattern("  source\\.ip +198\\.51\\.100\\.4\n")
                .containsPattern("not cisco-wsa \\(100\\.0 %\\): ")
                .containsPattern("\\d+ formats read none of the lines\n");
    }

    @Test
    void whereSeveralFormatsAreAsGoodThisIsSaid() {
        Ran ran = piped(COMBINED, "formats", "detect");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .startsWith("not clear: several formats are as good: ")
                .contains("combined", "nginx", "They read these lines the same way");
        List<JsonNode> json =
                piped(COMBINED, "formats", "detect", "--output", "json").json();
        assertThat(json.get(0).get("verdict").asText()).isEqualTo("doubtful");
        assertThat(json.get(0).get("why").asText()).startsWith("several formats are as good");
        assertThat(json.get(0).get("kind").asText()).isEqualTo("web");
    }

    @Test
    void whereTooManyLinesAreInvalidThisIsSaid() {
        Ran ran = piped(SQUID + "nonsense\n", "formats", "detect", "-");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .startsWith("not clear: no format reads 95 % of the lines; the best one, ")
                .contains("reads 66.7 % of them", "trawl formats new --sample FILE");
        assertThat(piped("nonsense\n", "formats", "detect").out()).startsWith("not clear: ");
        assertThat(piped("nonsense\n", "formats", "detect").status()).isEqualTo(1);
    }

    @Test
    void linesOfALaterPartOfAFileCount() throws IOException {
        StringBuilder log = new StringBuilder(SQUID.repeat(10_000));
        assertThat(log.length()).isGreaterThan(20 * (1 << 16));
        assertThat(run("formats", "detect", file("access.log", log.toString())).out())
                .containsPattern("1,200 of 1,200 lines are valid");
        log.append("nonsense\n".repeat(200_000));
        Ran ran = run("formats", "detect", file("access.log", log.toString()));
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).startsWith("not clear: no format reads 95 % of the lines");
    }

    @Test
    void aSitesFormatIsFoundAndRead() throws IOException {
        file("site/my-gateway.yaml", GATEWAY);
        String log = file("gateway.log", GATEWAY_LINE.repeat(3));
        assertThat(run("formats", "detect", "--formats", folder + "/site", log).out())
                .startsWith("my-gateway: Our gateway\n");
        Ran auto = run("parse", "--format", "auto", "--formats", folder + "/site", log);
        assertThat(auto.err())
                .isEqualTo("trawl parse: format my-gateway (Our gateway): 3 of the 3 lines looked at are valid\n");
        assertThat(auto.json()).hasSize(3).allMatch(one -> one.has("event"));
        for (String format : List.of("my-gateway", "squid,my-gateway", folder + "/site/my-gateway.yaml")) {
            Ran ran = run("parse", "--format", format, "--formats", folder + "/site", log);
            assertThat(ran.err()).isEmpty();
            assertThat(ran.json())
                    .hasSize(3)
                    .allMatch(one -> one.at("/event/source/ip").asText().equals("192.0.2.9"));
        }
        file("broken/my-gateway.yaml", GATEWAY.replace("url_path: /a", "url_path: /b"));
        Ran broken = run("parse", "--format", folder + "/broken/my-gateway.yaml", log);
        assertThat(broken.status()).isEqualTo(2);
        assertThat(broken.err())
                .isEqualTo("trawl parse: " + folder
                        + "/broken/my-gateway.yaml:8: url_path of the sample is /a; expected /b\n");
    }

    @Test
    void autoTakesStandardInputAndReadsItWhole() {
        Ran ran = piped(SQUID.repeat(20_000), "parse", "--format", "auto");
        assertThat(ran.status()).isZero();
        assertThat(ran.json()).hasSize(40_000).allMatch(one -> one.has("event"));
        assertThat(ran.err()).startsWith("trawl parse: format squid (").hasLineCount(1);
    }

    @Test
    void autoRefusesWhatDetectFindsDoubtful() throws IOException {
        Ran tie = piped(COMBINED, "parse", "--format", "auto");
        assertThat(tie.status()).isEqualTo(2);
        assertThat(tie.bytes()).isEmpty();
        assertThat(tie.err())
                .startsWith("trawl parse: --format auto: several formats are as good: ")
                .contains("for example --format ")
                .hasLineCount(1);
        String feed = file("feed.txt", "evil.example\n");
        Ran none = piped("nonsense\n", "match", "--format", "auto", "--indicators", feed);
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).startsWith("trawl match: --format auto: ").hasLineCount(1);
    }

    @Test
    void matchReadsDeclaredFormats() throws IOException {
        String feed = file("feed.txt", "192.0.2.9\nwww.example.com\n");
        Ran ran = piped(SQUID, "match", "--format", "auto", "--indicators", feed);
        assertThat(ran.json()).hasSize(2);
        // A web server's clients are strangers.
        Ran clients = piped(
                COMBINED.replace("198.51.100.4", "192.0.2.9"), "match", "--format", "nginx", "--indicators", feed);
        assertThat(clients.json())
                .extracting(one -> one.at("/matched/field").asText())
                .containsExactly("source.ip");
    }

    @Test
    void aTimeWithoutAYearIsNearTheLastChangeOfTheFile() throws IOException {
        String log =
                file("asa.log", "<134>Jun 12 10:11:12 gw CEF:0|A|B|1|2|c|3|src=192.0.2.1 request=http://a.example/\n");
        Files.setLastModifiedTime(Path.of(log), FileTime.from(Instant.parse("2019-06-13T00:00:00Z")));
        assertThat(run("parse", "--format", "cef", log)
                        .json()
                        .get(0)
                        .at("/event/@timestamp")
                        .asText())
                .isEqualTo("2019-06-12T10:11:12Z");
    }

    /** Each kind of grammar that a draft knows, with lines of our own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "json~{\"ts\":\"2024-06-12T10:11:12Z\",\"client\":{\"ip\":\"192.0.2.1\"},\"req\":{\"method\":\"GET\",\"url\":\"http://a.example/b\",\"status\":200},\"ua\":\"curl/8.0\"}~source_ip,http_request_method,url_original,http_response_status_code,user_agent_original,timestamp",
                "key-value~time=2024-06-12T10:11:12Z src=192.0.2.1 dst=203.0.113.5 method=GET url=\"http://a.example/b\" status=200 user=alice~source_ip,destination_ip,url_original,http_response_status_code,source_user_name",
                "ltsv~time:2024-06-12T10:11:12Z\tclient:192.0.2.1\tmethod:GET\turi:/a\tstatus:200\tsize:5~source_ip,url_path,http_response_bytes",
                "delimited~2024-06-12 10:11:12,192.0.2.1,alice,GET,http://a.example/b,200,\"Mozilla/5.0 (X11, Linux)\"~source_ip,http_request_method,url_original,http_response_status_code,user_agent_original",
                "delimited~192.0.2.1 x - [12/Jun/2024:10:11:12 +0000] \"GET /a HTTP/1.1\" 200 45 \"-\" \"Mozilla/5.0 (X11)\" 0.3~source_ip,http_request_method,url_path,http_response_status_code,http_response_bytes,user_agent_original",
                "cef~<134>Jun 12 10:11:12 gw CEF:0|V|P|1|2|n|3|src=192.0.2.1 dst=203.0.113.5 request=http://a.example/ act=allowed~source_ip,destination_ip,url_original,event_action",
                "leef~LEEF:1.0|V|P|1|2|devTime=Jun 12 2024 10:11:12\tsrc=192.0.2.1\tdst=203.0.113.5\turl=http://a.example/~source_ip,destination_ip",
                "w3c~#Fields: date time c-ip cs-method cs-uri-stem sc-status\\n2024-06-12 10:11:12 192.0.2.1 GET /a 200~source_ip,http_request_method,url_path,http_response_status_code",
            })
    void aDraftPassesItsOwnTest(String kind, String lines, String fields) throws IOException {
        String log = file("sample.log", lines.replace("\\t", "\t").replace("\\n", "\n") + "\n");
        Path draft = folder.resolve("my-draft.yaml");
        Ran ran = run("formats", "new", "--sample", log, "--to", draft.toString());
        assertThat(ran.err())
                .isEqualTo("trawl formats: " + draft + " is written; mend it, then run trawl formats test " + draft
                        + "\n");
        assertThat(ran.status()).isZero();
        String text = Files.readString(draft);
        assertThat(text).contains("grammar:\n  " + kind + ": ");
        assertThat(run("formats", "test", draft.toString()).out())
                .as(text)
                .isEqualTo(draft + ": 1 sample is as expected\n");
        DeclaredFormat format = DeclaredFormat.of(draft, ZoneOffset.UTC);
        assertThat(format.allSamples().get(0).event().keySet()).as(text).contains(fields.split(","));
        assertThat(run("parse", "--format", draft.toString(), log).json()).allMatch(one -> one.has("event"));
    }

    @Test
    void aDraftOfHostileLinesIsStillRight() throws IOException {
        String log = file(
                "sample.log",
                "192.0.2.1 \"\u001b[2J # ' \\\\ : {\" \u202e \uD83D\uDE00 2024-06-12T10:11:12Z\n- \"\n\u0000\n");
        Ran ran = run("formats", "new", "--sample", log);
        assertThat(ran.status()).isZero();
        assertThat(ran.out().chars()).allMatch(c -> c == '\n' || c >= ' ' && c <= '~' || c == '…');
        String draft = file("my-format.yaml", ran.out());
        assertThat(run("formats", "test", draft).status()).as(ran.out()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "formats nope | 'nope' is unknown: expected show, test, detect or new, for example trawl formats show squid; without a word all formats are listed",
                "formats list x | 'x' is surplus: expected nothing after list",
                "formats show | no format: expected the name or the file of one, for example trawl formats show squid",
                "formats show a b | several formats: expected the name or the file of one, for example trawl formats show squid",
                "formats show sqid | format sqid is unknown: did you mean squid? (bin/trawl formats lists them)",
                "formats show ./no.yaml | ./no.yaml: no such file; expected the declaration of a format, for example ./my-gateway.yaml",
                "formats test sqid | format sqid is unknown: did you mean squid? (bin/trawl formats lists them)",
                "formats test ./no.yaml | ./no.yaml: no such file; expected the declaration of a format, for example ./my-gateway.yaml",
                "formats show squid --to x.yaml | show takes no --to: it is an option of new",
                "formats show squid --output json | show takes no --output: it is an option of list and detect",
                "formats --output xml | --output xml: expected json or table",
                "formats detect no-such.log | no-such.log: no such file",
                "formats detect | there is no line to look at: expected a log with at least one line",
                "formats new | --sample is missing: expected a log, for example --sample access.log",
                "formats new x | 'x' is surplus: expected --sample FILE after new",
                "formats new --sample no-such.log | no-such.log: no such file",
                "formats new --sample - --to Draft.yaml | --to Draft.yaml: expected a file whose name is the format's and .yaml, in small letters, digits and hyphens, for example my-gateway.yaml",
            })
    void aMistakeIsSaidInOneLine(String line, String message) {
        Ran ran = run(line.split(" "));
        assertThat(ran.err()).isEqualTo("trawl formats: " + message + "\n");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.bytes()).isEmpty();
    }

    @Test
    void aDraftReplacesNoFile() throws IOException {
        String there = file("my-draft.yaml", "mine");
        Ran ran = piped(SQUID, "formats", "new", "--sample", "-", "--to", there);
        assertThat(ran.err())
                .isEqualTo("trawl formats: " + there + " is there already; expected the name of a new file\n");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(Path.of(there)).hasContent("mine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"squid,,nginx", "squid,squid", "auto,squid", "squid,auto"})
    void aListOfFormatsMustBeOne(String list) {
        Ran ran = run("parse", "--format", list);
        assertThat(ran.err()).startsWith("trawl parse: --format " + list + ": ").hasLineCount(1);
        assertThat(ran.status()).isEqualTo(2);
    }
}
