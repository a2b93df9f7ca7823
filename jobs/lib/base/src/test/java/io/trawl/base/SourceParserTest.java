package io.trawl.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.base.SourceParser.Used;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.parsing.format.Forwarded;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What source.NAME.format and formats.folder make of a declaration. */
class SourceParserTest {
    private static final String MINE = """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            version: 3
            envelope: [syslog]
            grammar:
              delimited: {columns: client url}
            arrival: true
            map: {source_address: client, url_original: url}
            samples:
              - line: 192.0.2.1,http://a.example/
                arrived: 2024-06-12T10:11:12Z
                event:
                  timestamp: 2024-06-12T10:11:12Z
                  source_address: 192.0.2.1
                  source_ip: 192.0.2.1
                  url_original: http://a.example/
                  url_full: http://a.example/
                  url_scheme: http
                  url_domain: a.example
                  destination_domain: a.example
                  url_path: /
            """;

    private static final String LINE = "192.0.2.1,http://a.example/";
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    @TempDir
    Path folder;

    private Path mine;

    @BeforeEach
    void aFormatOfTheSite() throws IOException {
        mine = Files.writeString(folder.resolve("my-gateway.yaml"), MINE);
    }

    @AfterEach
    void onThisMachine() {
        System.clearProperty("spark.submit.deployMode");
        System.clearProperty("spark.master");
    }

    private LogSource source(String formats, String... more) {
        Settings settings =
                Settings.defaults().with("formats.folder", folder.toString()).with("source.proxy.format", formats);
        for (int i = 0; i < more.length; i += 2) {
            settings = settings.with(more[i], more[i + 1]);
        }
        return settings.source("proxy");
    }

    private static @Nullable Failure read(Parser parser, String line, ProxyEvent event) {
        return parser.parse(line.getBytes(StandardCharsets.UTF_8), ARRIVED, event);
    }

    private void refused(String formats, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source(formats).parser())
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source(formats).checkFormats())
                .withMessage(message);
    }

    @Test
    void aSourceHasTheFormatsThatItNamesInTheirOrder() {
        assertThat(source("nginx").parser().id()).isEqualTo("nginx/2");
        SourceParser read = source("squid, my-gateway").sourceParser();
        assertThat(read.parser().id()).isEqualTo("squid/2,my-gateway/3");
        assertThat(read.notes()).isEmpty();
        assertThat(read.digests()).containsOnlyKeys("my-gateway");
        assertThat(read.digests().get("my-gateway")).matches("[0-9a-f]{64}");
        ProxyEvent event = new ProxyEvent();
        assertThat(read(read.parser(), LINE, event)).isNull();
        assertThat(event.getTimestamp()).isEqualTo(ARRIVED);
    }

    @Test
    void whatLinesWereReadWithIsReadFromTheLedgerAgain() throws IOException {
        SourceParser read = source("squid, my-gateway", "source.proxy.zone", "Europe/Berlin")
                .sourceParser();
        Map<String, String> versions = read.used().versions();
        assertThat(versions)
                .containsOnlyKeys("parser", "format.my-gateway", "zone")
                .containsEntry("parser", "squid/2,my-gateway/3")
                .containsEntry("zone", "Europe/Berlin");
        Used used = Objects.requireNonNull(Used.of(versions));
        assertThat(used).isEqualTo(read.used());
        assertThat(used.names()).containsExactly("squid", "my-gateway");
        assertThat(used)
                .hasToString("squid/2, my-gateway/3 ("
                        + SourceParser.digest(MINE).substring(0, 12) + "), zone Europe/Berlin");
        assertThat(Used.of(Map.of("trawl", "1"))).isNull();

        assertThat(used.isSame(source("squid, my-gateway").sourceParser().used()))
                .as("another zone")
                .isFalse();
        SourceParser behind = source("nginx", "source.proxy.forwarded", "2").sourceParser();
        assertThat(behind.used().versions()).containsEntry("forwarded", "2");
        assertThat(behind.used())
                .hasToString("nginx/2, zone UTC, behind 2 proxies")
                .isEqualTo(Used.of(behind.used().versions()));
        assertThat(behind.used().isSame(source("nginx").sourceParser().used())).isFalse();
        assertThat(SourceParser.of(source("nginx"), behind.used(), Formats.shipped())
                        .parser())
                .isInstanceOf(Forwarded.class);
        Used older = Objects.requireNonNull(Used.of(Map.of("parser", "squid/2", "trawl", "0.1")));
        assertThat(older.isSame(source("squid").sourceParser().used()))
                .as("no zone was noted")
                .isTrue();
        SourceParser again = SourceParser.of(source("nginx"), used, Formats.with(folder));
        assertThat(again.used()).isEqualTo(used);
        assertThat(SourceParser.of(source("nginx", "source.proxy.zone", "Asia/Tokyo"), older, Formats.shipped())
                        .zone())
                .isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @Test
    void theDigestIsOfTheText() throws IOException {
        Map<String, String> before = source("my-gateway").sourceParser().digests();
        Files.writeString(mine, MINE + "# changed\n");
        assertThat(source("my-gateway").sourceParser().digests()).isNotEqualTo(before);
    }

    @Test
    void aSitesNameWinsWithANote() throws IOException {
        Files.writeString(folder.resolve("squid.yaml"), MINE.replace("name: my-gateway", "name: squid"));
        SourceParser read = source("squid").sourceParser();
        assertThat(read.parser().id()).isEqualTo("squid/3");
        assertThat(read.notes())
                .containsExactly("format squid is the site's own (" + folder.resolve("squid.yaml")
                        + "), not the one that ships with Trawl");
        assertThat(source("my-gateway").sourceParser().notes())
                .as("of what is used")
                .isEmpty();
    }

    @Test
    void anUnknownNameNamesTheSettingAndTheNearest() {
        refused(
                "my-gatway",
                "setting source.proxy.format: format my-gatway is unknown: did you mean my-gateway? (bin/trawl formats"
                        + " lists them)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Settings.defaults().with("source.proxy.format", "sqid").source("proxy"))
                .withMessage(
                        "setting source.proxy.format: format sqid is unknown: did you mean squid? (bin/trawl formats"
                                + " lists them)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source("squid, squid"))
                .withMessage(
                        "setting source.proxy.format = squid, squid: expected one format, or several different ones, for"
                                + " example squid, nginx");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source(","))
                .withMessageStartingWith("setting source.proxy.format = ,: expected one format");
    }

    @Test
    void aBrokenDeclarationIsOneLineWithItsPlace() throws IOException {
        Files.writeString(mine, MINE.replace("url_original: url}", "url_original: uri}"));
        refused("my-gateway", mine + ":10: no column uri in the grammar; expected one of client, url");
        assertThat(source("squid").parser().id())
                .as("a source that does not use it")
                .isEqualTo("squid/2");
    }

    @Test
    void aSampleThatBecomesAnotherEventIsOneLineWithItsPlace() throws IOException {
        Files.writeString(mine, MINE.replace("url_path: /", "url_path: /x"));
        refused("my-gateway", mine + ":12: url_path of the sample is /; expected /x");
        Files.writeString(
                mine, MINE.replace("url_path: /", "url_path: /x").replace("url_scheme: http", "url_scheme: ftp"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source("my-gateway").parser())
                .withMessageEndingWith(" (and 1 more)");
    }

    @Test
    void nobodyKnowsWhenTheLinesOfALogFileArrived() {
        Parser files = source("squid, my-gateway", "source.proxy.from", "files").parser();
        assertThat(read(files, LINE, new ProxyEvent())).isNotNull();
        ProxyEvent event = new ProxyEvent();
        assertThat(read(files, "<134>Dec 31 23:59:59 host " + LINE, event)).isNull();
        assertThat(event.getTimestamp()).as("the year").isEqualTo(Instant.parse("2023-12-31T23:59:59Z"));
    }

    @Test
    void aSourceReachesATaskWhole() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source("squid, my-gateway"));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(source("squid, my-gateway"));
        }
    }

    @Test
    void aPathThatIsRelativeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source("squid", "formats.folder", "my-formats"))
                .withMessage("setting formats.folder = my-formats: expected an absolute path or a URL, for example"
                        + " /etc/trawl/formats or hdfs://namenode/trawl/formats");
    }

    @Test
    void aFolderThatIsNotThereIsNamedWhenLinesAreParsed() {
        String absent = folder.resolve("absent").toString();
        LogSource source = source("my-gateway", "formats.folder", absent);
        assertThatIllegalArgumentException()
                .isThrownBy(source::parser)
                .withMessageStartingWith("setting formats.folder: formats' folder " + absent + " cannot be read;");
    }

    @Test
    void aPathOfOneMachineIsRefusedInClusterModeUnlessThatIsThisMachine() {
        System.setProperty("spark.submit.deployMode", "cluster");
        System.setProperty("spark.master", "spark://master-1:7077");
        refused(
                "my-gateway",
                "setting formats.folder = " + folder
                        + " is a path of one machine, and in cluster mode the job runs on any"
                        + " worker of spark://master-1:7077: expected a URL, for example hdfs://namenode" + folder
                        + ", or file://" + folder + " if every worker has the same files there");
        assertThat(source("my-gateway", "formats.folder", "file://" + folder)
                        .parser()
                        .id())
                .isEqualTo("my-gateway/3");
        System.setProperty("spark.master", "spark://127.0.0.1:7077");
        assertThat(source("my-gateway").parser().id()).isEqualTo("my-gateway/3");
    }

    @Test
    void formatsAreReadFromAnotherFileSystemToo() throws IOException {
        // A file system of Hadoop's that is not this machine's own scheme, on this machine's disk.
        String[] remote = {
            "formats.folder",
            "viewfs://site/formats",
            "hadoop.fs.viewfs.mounttable.site.link./formats",
            folder.toUri().toString()
        };
        assertThat(source("squid, my-gateway", remote).parser().id()).isEqualTo("squid/2,my-gateway/3");
        Files.writeString(mine, MINE.replace("url_path: /", "url_path: /x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source("my-gateway", remote).parser())
                .withMessage("viewfs://site/formats/my-gateway.yaml:12: url_path of the sample is /; expected /x");
        // No server is asked before the job runs.
        source("my-gateway", remote).checkFormats();
        Files.delete(mine);
        Files.delete(folder);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source("squid", remote).parser())
                .withMessageStartingWith("setting formats.folder = viewfs://site/formats: no such folder;");
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> source("squid", "formats.folder", "nosuch://site/formats")
                        .parser())
                .withMessageStartingWith("formats in nosuch://site/formats cannot be read: ");
    }

    @Test
    void aGenericFormatTakesWhatTheSourceSaysOfItsLines() {
        LogSource source = source(
                "squid, csv",
                "source.proxy.format.columns",
                "timestamp, source_address, -, url_original",
                "source.proxy.format.separator",
                "semicolon");
        SourceParser read = source.sourceParser();
        assertThat(read.parser().id()).isEqualTo("squid/2,csv/1");
        ProxyEvent event = new ProxyEvent();
        assertThat(read(read.parser(), "2024-06-12T10:11:12Z;192.0.2.1;x;/a", event))
                .isNull();
        assertThat(event.getUrlPath()).isEqualTo("/a");
        // The ledger says that it is not the format as it ships.
        assertThat(read.digests()).containsOnlyKeys("csv");
        assertThat(source("csv", "source.proxy.format.columns", "timestamp url_original")
                        .sourceParser()
                        .digests())
                .isNotEqualTo(read.digests());
        assertThat(source("csv").sourceParser().digests()).isEmpty();
    }

    @Test
    void aMistakeInAnArgumentNamesItsSetting() {
        wrong("csv", "colums", "a", "setting source.proxy.format.colums: unknown for csv; did you mean columns?");
        wrong(
                "csv",
                "separator",
                "",
                "setting source.proxy.format.separator: it is empty; expected a value, for example tab");
        wrong(
                "json",
                "timestamp",
                "{from: ts, at: epoch}",
                "setting source.proxy.format.timestamp: unknown key at; expected one of from, parts, before, after,"
                        + " escape, unit, as, port, zone");
        assertThatIllegalArgumentException()
                .isThrownBy(source("json", "source.proxy.format.timestamp", "{from: ts, as: '%!'}")::parser)
                .withMessageStartingWith("settings source.proxy.format.*: ")
                .withMessageContaining("is not a notation of times");
        wrong(
                "squid, nginx",
                "columns",
                "a",
                "setting source.proxy.format.columns: squid, nginx takes no arguments; expected one of csv,"
                        + " format-string, json, key-value, w3c");
    }

    private void wrong(String format, String argument, String value, String message) {
        LogSource source = source(format, "source.proxy.format." + argument, value);
        assertThatIllegalArgumentException().isThrownBy(source::parser).withMessage(message);
        assertThatIllegalArgumentException().isThrownBy(source::checkFormats).withMessage(message);
    }

    /** What docs/formats.md shows can be copied: each source reads a line of its log. */
    @Test
    void theExamplesOfGenericFormatsRead() throws IOException {
        Path page = Path.of(System.getProperty("trawl.home"), "docs/formats.md");
        Properties examples = new Properties();
        for (String line : Files.readAllLines(page)) {
            if (line.matches(" {4}source\\.(edge|iis|app|fw|web)\\..*")) {
                examples.load(new StringReader(line));
            }
        }
        Map<String, String> lines = Map.of(
                "edge", "2024-06-12T10:11:12Z\t192.0.2.1\tx\t/a\t200",
                "iis", "2024-06-12 10:11:12 192.0.2.1 GET /a - 443 200",
                "app", "{\"ts\":1718187072000,\"peer\":\"192.0.2.1\",\"request\":{\"url\":\"/a\"}}",
                "fw", "time:2024-06-12T10:11:12Z|src:192.0.2.1|link:/a",
                "web", "192.0.2.1 - - [12/Jun/2024:10:11:12 +0000] \"GET /a HTTP/1.1\" 200 5 block it");
        for (Map.Entry<String, String> one : lines.entrySet()) {
            Settings settings = Settings.defaults().with("source." + one.getKey() + ".topic", "t");
            for (String key : examples.stringPropertyNames()) {
                settings = settings.with(key, examples.getProperty(key));
            }
            ProxyEvent event = new ProxyEvent();
            assertThat(read(settings.source(one.getKey()).parser(), one.getValue(), event))
                    .as(one.getKey())
                    .isNull();
            assertThat(event.getSourceIp() + event.getUrlPath() + event.getTimestamp())
                    .as(one.getKey())
                    .isEqualTo("192.0.2.1/a" + ARRIVED);
        }
    }
}
