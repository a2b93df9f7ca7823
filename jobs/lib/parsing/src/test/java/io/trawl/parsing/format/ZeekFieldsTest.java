package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Zeek's TSV, whose columns a line {@code #fields} of the file names. */
class ZeekFieldsTest {
    private static final String HTTP = "#fields\tts\tuid\tid.orig_h\tid.resp_h\tmethod\thost\turi";
    private static final String HTTPS_LINE = "1718187072.3\tC1\t10.0.0.1\t192.0.2.1\tGET\ta.example\t/b\\x09c";
    private static final String DNS = "#fields\tts\tuid\tid.orig_h\tid.resp_h\tquery\tanswers";
    private static final String DNS_LINE = "1718187072.3\tC1\t10.0.0.1\t192.0.2.1\tb.example\t(empty)";
    private static final Parser ALL =
            Formats.shipped().parser(List.of("zeek-http-tsv", "zeek-ssl-tsv", "zeek-dns-tsv"), ZoneOffset.UTC);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> read(Parser parser, String line, String by) {
        List<String> names = new ArrayList<>();
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(bytes(line), null, event, one -> names.add(one.name()));
        assertThat(failure).as(line).isNull();
        assertThat(names).containsExactly(by);
        return DeclaredFormat.fields(event);
    }

    private static Failure refused(Parser parser, String line) {
        Failure failure = parser.parse(bytes(line), new ProxyEvent());
        assertThat(failure).as(line).isNotNull();
        return failure;
    }

    @Test
    void aLineIsOfTheLogToWhichItsHeaderFits() {
        assertThat(read(ALL.under(HTTP), HTTPS_LINE, "zeek-http-tsv"))
                .containsEntry("url_domain", "a.example")
                .containsEntry("url_path", "/b%09c")
                .containsEntry("source_ip", "10.0.0.1");
        assertThat(read(ALL.under(DNS), DNS_LINE, "zeek-dns-tsv"))
                .containsEntry("dns_question_name", "b.example")
                .doesNotContainKey("dns_answers_data");
    }

    @Test
    void aLogThatNoFormatKnowsIsRefusedWithTheColumnsThatItLacks() {
        Parser http = Formats.shipped().parser("zeek-http-tsv", ZoneOffset.UTC);
        assertThat(refused(http.under(DNS), DNS_LINE))
                .isEqualTo(
                        new Failure(
                                Reason.SYNTAX,
                                null,
                                "the line #fields lacks a column that zeek-http-tsv needs; expected ts, id.orig_h, method, host, uri"));
        // A log of SIP has a method and a URI, but no host.
        assertThat(refused(ALL.under("#fields\tts\tid.orig_h\tmethod\turi"), "1\t10.0.0.1\tINVITE\tsip:a@b.example")
                        .reason())
                .isEqualTo(Reason.SYNTAX);
        assertThat(refused(ALL.under("#fields\tts\tuid\tid.orig_h\tnote"), "1\tC1\t10.0.0.1\tx")
                        .reason())
                .isEqualTo(Reason.SYNTAX);
    }

    /** Columns by their place are Zeek's own, but under a header they are the header's, and nothing else. */
    @Test
    void underAHeaderColumnsByTheirPlaceDoNotCount() {
        DeclaredFormat http = Formats.shipped().declared("zeek-http-tsv", ZoneOffset.UTC);
        String whole = http.samples().get(0);
        assertThat(http.parse(bytes(whole), new ProxyEvent())).isNull();
        assertThat(refused(http.under(HTTP), whole).reason()).isEqualTo(Reason.SYNTAX);
        assertThat(refused(http, HTTPS_LINE).reason()).isEqualTo(Reason.SYNTAX);
    }

    @Test
    void aDirectiveIsNoEventWhateverTheHeader() {
        for (Parser parser : List.of(ALL, ALL.under(HTTP), ALL.under(DNS), ALL.under("#fields\tts"))) {
            for (String line : List.of(HTTP, "#close\t2024-06-12-11-00-00", "#")) {
                assertThat(refused(parser, line).reason()).isEqualTo(Reason.DIRECTIVE);
            }
        }
    }

    @Test
    void otherLinesOfAFileNameNoColumns() {
        for (String header :
                List.of("#separator \\x09", "#types\ttime\tstring", "#fieldsx\tts", "#fields", "fields\tts")) {
            assertThat(Formats.shipped()
                            .declared("zeek-dns-tsv", ZoneOffset.UTC)
                            .under(header)
                            .parse(bytes(DNS_LINE), new ProxyEvent()))
                    .as(header)
                    .isNotNull();
        }
    }

    @Test
    void aDeclarationMustReadLinesWithoutAHeaderToo() {
        String alone = "name: x\ntitle: x\nlink: https://x.example\nverified: false\ngrammar:\n  zeek: {needs: [ts]}\n"
                + "map:\n  timestamp: ts\nsamples:\n  - line: x\n    refused: syntax\n";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeclaredFormat.of("x.yaml", alone, ZoneOffset.UTC))
                .withMessage(
                        "x.yaml:6: the grammar zeek alone; expected another one under any, for lines without a line #fields");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeclaredFormat.of("x.yaml", alone.replace("needs: [ts]", ""), ZoneOffset.UTC))
                .withMessage(
                        "x.yaml:6: no needs; expected the columns that tell the log, for example needs: [ts, uri]");
    }
}
