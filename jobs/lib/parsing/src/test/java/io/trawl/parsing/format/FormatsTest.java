package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatsTest {
    /** Three columns and a time; NAME and the version are put in. */
    private static final String MINE = """
            name: NAME
            title: My gateway
            link: https://gateway.example/
            verified: true
            version: 7
            grammar:
              delimited: {columns: time client url}
            map: {timestamp: time, source_address: client, url_original: url}
            samples:
              - line: nonsense
                refused: syntax
            """;

    private static final String LINE = "2024-06-12T10:11:12Z,192.0.2.1,http://a.example/";
    private static final String SQUID =
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://b.example/ alice HIER_DIRECT/192.0.2.7 text/html";

    @TempDir
    Path folder;

    private Formats site(String... names) throws IOException {
        for (String name : names) {
            Files.writeString(folder.resolve(name + ".yaml"), MINE.replace("NAME", name));
        }
        return Formats.with(folder);
    }

    /** Which parser read a line, and the event; or why none did. */
    private record Read(
            List<String> by, ProxyEvent event, @Nullable Failure failure) {
        static Read of(Parser parser, String line) {
            ProxyEvent event = new ProxyEvent();
            List<String> by = new ArrayList<>();
            Failure failure = parser.parse(
                    line.getBytes(StandardCharsets.UTF_8),
                    Instant.parse("2024-06-12T10:11:12Z"),
                    event,
                    one -> by.add(one.id()));
            return new Read(by, event, failure);
        }
    }

    @Test
    void theFilesOfTheProjectAreTheShippedFormats() {
        assertThat(Formats.shipped().names())
                .containsExactlyElementsOf(new TreeSet<>(
                        DeclaredFormat.folder(DeclaredFormatsTest.FORMATS).keySet()));
        assertThat(Formats.shipped().notes()).isEmpty();
    }

    @Test
    void everyShippedNameHasItsParser() {
        assertThat(Formats.shipped().names()).allSatisfy(name -> {
            Parser parser = Formats.shipped().parser(name, ZoneOffset.UTC);
            assertThat(parser.name()).isEqualTo(name);
            assertThat(parser.id()).isEqualTo(name + "/" + parser.version());
            assertThat(parser.formats()).containsExactly(parser);
            assertThat(Formats.shipped().isSites(name)).isFalse();
        });
    }

    @Test
    void anUnknownFormatNamesTheNearest() {
        refused("sqid", "format sqid is unknown: did you mean squid? (bin/trawl formats lists them)");
        refused(
                "qqqqqqqqqqqq",
                "format qqqqqqqqqqqq is unknown: expected, for example, squid (bin/trawl formats lists them)");
        refused("../nginx", "format ../nginx is unknown: did you mean nginx? (bin/trawl formats lists them)");
        refused("", "format  is unknown: expected, for example, squid (bin/trawl formats lists them)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.shipped().parser("zscaler", ZoneOffset.UTC))
                .withMessageMatching("format zscaler is unknown: did you mean zscaler-[a-z-]+ or zscaler-.*");
    }

    private static void refused(String name, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.shipped().parser(name, ZoneOffset.UTC))
                .withMessage(message);
        assertThat(Formats.shipped().has(name)).isFalse();
    }

    @Test
    void aSitesFormatHasItsNameAndIsNearToASlip() throws IOException {
        Formats formats = site("my-gateway");
        assertThat(formats.names()).contains("my-gateway", "nginx").isSorted();
        assertThat(formats.isSites("my-gateway")).isTrue();
        assertThat(formats.isSites("nginx")).isFalse();
        assertThat(formats.file("my-gateway"))
                .isEqualTo(folder.resolve("my-gateway.yaml").toString());
        assertThat(formats.notes()).isEmpty();
        assertThat(Read.of(formats.parser("my-gateway", ZoneOffset.UTC), LINE).by())
                .containsExactly("my-gateway/7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> formats.declared("my-gatewy", ZoneOffset.UTC))
                .withMessageContaining("did you mean my-gateway?");
    }

    @Test
    void aSitesNameWinsWithANote() throws IOException {
        Formats formats = site("squid", "nginx");
        for (String name : List.of("squid", "nginx")) {
            assertThat(Read.of(formats.parser(name, ZoneOffset.UTC), LINE).by()).containsExactly(name + "/7");
        }
        assertThat(formats.notes())
                .containsExactly(
                        "format nginx is the site's own (" + folder.resolve("nginx.yaml")
                                + "), not the one that ships with Trawl",
                        "format squid is the site's own (" + folder.resolve("squid.yaml")
                                + "), not the one that ships with Trawl");
        assertThat(formats.note("combined")).isNull();
    }

    @Test
    void aSitesFileInThePlaceOfAGenericFormatTakesNoArguments() throws IOException {
        Formats formats = site("csv");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> formats.parser(List.of("squid", "csv"), ZoneOffset.UTC, Map.of("columns", "time client")))
                .withMessage("argument columns: the site's own " + folder.resolve("csv.yaml")
                        + " replaces the format csv that takes arguments; expected the value in this file, or the file"
                        + " under another name");
    }

    @Test
    void onlyTheFormatThatIsAskedForIsRead() throws IOException {
        Formats formats = site("my-gateway");
        Files.writeString(folder.resolve("broken.yaml"), "name: [");
        Formats more = Formats.with(folder);
        assertThat(more.parser("my-gateway", ZoneOffset.UTC).id()).isEqualTo("my-gateway/7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> more.parser("broken", ZoneOffset.UTC))
                .withMessageStartingWith(folder.resolve("broken.yaml") + ":");
        assertThat(formats.has("broken")).isFalse();
    }

    @Test
    void aFolderOfTwoHundredFormatsIsListedOnlyAndNotRead() {
        List<String> read = new ArrayList<>();
        Formats formats = Formats.with(new SiteFolder() {
            @Override
            public Collection<String> names() {
                List<String> names = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    names.add("mine-" + i);
                }
                return names;
            }

            @Override
            public String file(String name) {
                return name;
            }

            @Override
            public String text(String name) {
                read.add(name);
                return MINE.replace("NAME", name);
            }
        });
        assertThat(formats.parser(List.of("mine-7", "squid"), ZoneOffset.UTC).id())
                .isEqualTo("mine-7/7,squid/2");
        assertThat(read).containsExactly("mine-7");
    }

    @Test
    void aFileWithAnotherNameThanItsFormatIsRefused() throws IOException {
        Files.writeString(folder.resolve("other.yaml"), MINE.replace("NAME", "my-gateway"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.with(folder).parser("other", ZoneOffset.UTC))
                .withMessage(folder.resolve("other.yaml")
                        + ":1: the format's name is my-gateway; expected other, as its file's");
    }

    @Test
    void aFileThatCannotBeNamedIsNoted() throws IOException {
        Formats formats = site("My Gateway");
        assertThat(formats.has("My Gateway")).isFalse();
        assertThat(formats.notes())
                .containsExactly(
                        folder.resolve("My Gateway.yaml")
                                + " is not used: expected a name of small letters, digits and hyphens, for example my-gateway.yaml");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.with(folder.resolve("absent")))
                .withMessage("formats' folder " + folder.resolve("absent")
                        + " cannot be read; expected a folder with files as my-gateway.yaml (docs/formats.md)");
    }

    @Test
    void ofSeveralTheFirstThatReadsALineIsNamed() throws IOException {
        Parser parser = site("my-gateway").parser(List.of("squid", "my-gateway"), ZoneOffset.UTC);
        assertThat(parser.id()).isEqualTo("squid/2,my-gateway/7");
        assertThat(parser.name()).isEqualTo("squid,my-gateway");
        assertThat(parser.formats()).extracting(Parser::id).containsExactly("squid/2", "my-gateway/7");
        assertThat(Read.of(parser, SQUID).by()).containsExactly("squid/2");
        assertThat(Read.of(parser, LINE).by()).containsExactly("my-gateway/7");
    }

    @Test
    void aFormatThatFailedLeavesNothingInTheEvent() throws IOException {
        Formats formats = site("my-gateway");
        // Squid's parser has read time, client and status before it fails.
        String line = "1700000000.123 62 198.51.100.4 TCP_MISS/200 x GET";
        Files.writeString(
                folder.resolve("rest.yaml"),
                MINE.replace("NAME", "rest")
                        .replace("delimited: {columns: time client url}", "nginx: '$text'")
                        .replace(
                                "map: {timestamp: time, source_address: client, url_original: url}",
                                "map: {event_action: $text}\narrival: true"));
        Read read = Read.of(Formats.with(folder).parser(List.of("squid", "rest"), ZoneOffset.UTC), line);
        assertThat(read.by()).containsExactly("rest/7");
        assertThat(DeclaredFormat.fields(read.event()).keySet()).containsExactly("event_action", "timestamp");
        assertThat(formats.names()).doesNotContain("rest");
    }

    @Test
    void whatNoneReadsSaysWhatTheOneNearestToItMissed() throws IOException {
        Parser parser = site("my-gateway").parser(List.of("squid", "my-gateway"), ZoneOffset.UTC);
        Failure failure =
                Read.of(parser, "yesterday,192.0.2.1,http://a.example/").failure();
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(Reason.TIMESTAMP);
        assertThat(failure.message()).startsWith("none of squid,my-gateway reads it; ");
        assertThat(Read.of(parser, " ").failure()).isEqualTo(new Failure(Reason.EMPTY, null, "the line is empty"));
    }

    @Test
    void aLineOfWhichOneFormatsEnvelopeLeavesNothingIsTriedWithTheNext() throws IOException {
        String in = MINE.replace("NAME", "wrapped").replace("grammar:", "envelope: [docker]\ngrammar:");
        Files.writeString(folder.resolve("wrapped.yaml"), in);
        Files.writeString(
                folder.resolve("whole.yaml"),
                MINE.replace("NAME", "whole")
                        .replace("delimited: {columns: time client url}", "json: {needs: [client]}"));
        Formats formats = Formats.with(folder);
        String line = "{\"log\": \"\", \"time\": \"2024-06-12T10:11:12Z\", \"client\": \"192.0.2.1\", \"url\": \"/\"}";
        assertThat(Read.of(formats.parser("wrapped", ZoneOffset.UTC), line).failure())
                .extracting(Failure::reason)
                .isEqualTo(Reason.EMPTY);
        Parser both = formats.parser(List.of("wrapped", "whole"), ZoneOffset.UTC);
        assertThat(Read.of(both, line).by()).containsExactly("whole/7");
        assertThat(Read.of(both, "\t \r").failure()).extracting(Failure::reason).isEqualTo(Reason.EMPTY);
        // What another format says of the line counts more than that nothing is left of it.
        assertThat(Read.of(both, line.replace("client", "other")).failure())
                .extracting(Failure::reason)
                .isEqualTo(Reason.SYNTAX);
    }

    @Test
    void severalReachATaskWhole() throws Exception {
        Parser parser = site("my-gateway").parser(List.of("my-gateway", "squid"), ZoneOffset.UTC);
        Parser first = copy(parser);
        assertThat(first.id()).isEqualTo("my-gateway/7,squid/2");
        assertThat(Read.of(first, LINE).by()).containsExactly("my-gateway/7");
        // A process compiles a text once, however many tasks get it.
        assertThat(copy(parser).formats().get(0)).isSameAs(first.formats().get(0));
    }

    private static Parser copy(Parser parser) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(parser);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Parser) in.readObject();
        }
    }

    @Test
    void aNameTwiceAndNoNameAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.shipped().parser(List.of("squid", "squid"), ZoneOffset.UTC))
                .withMessage("format squid is named twice; expected it once");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.shipped().parser(List.of(), ZoneOffset.UTC))
                .withMessage("no format; expected one or several names, for example squid, nginx");
    }

    @Test
    void codesAreLowerCaseWithHyphens() {
        assertThat(Reason.values())
                .extracting(Reason::code)
                .containsExactly(
                        "empty",
                        "syntax",
                        "timestamp",
                        "duration",
                        "status",
                        "size",
                        "envelope",
                        "oversize",
                        "directive",
                        "expectation",
                        "bug");
    }
}
