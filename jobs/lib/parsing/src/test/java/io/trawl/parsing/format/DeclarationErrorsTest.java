package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** What is wrong in a declaration is refused with file, line and what would be right. */
class DeclarationErrorsTest {
    private static final String GOOD = """
            name: mine
            title: a test
            link: https://example.com/
            verified: false
            grammar:
              delimited:
                columns: time client url
            map:
              timestamp: time
              source_address: client
              url_original: url
            samples:
              - line: 2024-06-12T10:11:12Z,192.0.2.1,http://a.example/
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

    private static DeclaredFormat read(String text) {
        return DeclaredFormat.of("mine.yaml", text, ZoneOffset.UTC);
    }

    private static void refused(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(text)).withMessage(message);
    }

    @Test
    void theGoodOneIsRead() {
        assertThat(read(GOOD).failures()).isEmpty();
        assertThat(read(GOOD).isVerified()).isFalse();
    }

    @Test
    void anUnknownKeyNamesTheKnownOnes() {
        refused(
                GOOD.replace("title:", "titel:"),
                "mine.yaml:2: unknown key titel; expected one of name, title, link, verified, version, envelope, zone, "
                        + "absent, arrival, wrapped, cut, grammar, map, any, samples");
    }

    /** They would take the place of its samples. */
    @Test
    void aFileHasNoArguments() {
        String text = GOOD + "arguments:\n  columns: time client url\n";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(text))
                .withMessageStartingWith("mine.yaml:24: unknown key arguments; expected one of name, title, ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeclaredFormat.named("mine", "mine.yaml", text, ZoneOffset.UTC))
                .withMessageStartingWith("mine.yaml:24: unknown key arguments; ");
    }

    @Test
    void aFieldThatDoesNotExistIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(GOOD.replace("  url_original: url\n", "  url_originl: url\n")))
                .withMessageStartingWith("mine.yaml:11: no field url_originl; expected one of timestamp, request,");
        refused(
                GOOD.replace("  source_address: client", "  source_ip: client"),
                "mine.yaml:10: source_ip is made of source_address; map that");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(GOOD.replace("      source_ip: 192.0.2.1", "      sourceip: 192.0.2.1")))
                .withMessage("mine.yaml:17: no field sourceip in ProxyEvent; expected, for example, url_original");
    }

    @Test
    void aColumnThatDoesNotExistNamesThoseThatDo() {
        refused(
                GOOD.replace("  url_original: url\n", "  url_original: uri\n"),
                "mine.yaml:11: no column uri in the grammar; expected one of time, client, url");
    }

    @Test
    void aColumnMappedTwiceIsRefused() {
        refused(
                GOOD.replace("  url_original: url\n", "  url_original: url\n  event_action: url\n"),
                "mine.yaml:12: column url is mapped twice, to url_original and event_action; expected one of them");
        refused(
                GOOD.replace("  url_original: url\n", "  url_original: url\n  url_original: url\n"),
                "mine.yaml:12: url_original is there twice; expected it once");
    }

    @Test
    void aSampleThatBecomesAnotherEventSaysWhatCame() {
        assertThat(read(GOOD.replace("url_path: /", "url_path: /x")).failures())
                .containsExactly("mine.yaml:13: url_path of the sample is /; expected /x");
        assertThat(read(GOOD.replace("      url_path: /\n", "")).failures())
                .containsExactly(
                        "mine.yaml:13: url_path of the sample is /; expected nothing: a sample names all fields"
                                + " of its event");
        assertThat(read(GOOD.replace("line: 2024", "line: yesterday-2024")).failures())
                .singleElement()
                .asString()
                .startsWith("mine.yaml:13: the sample is refused: 'yesterday-2024-06-12T10:11:12Z' is not a time");
    }

    @Test
    void aFormatStringThatCannotBeReadSaysWhere() {
        String apache = GOOD.replaceAll("(?s)  delimited:.*?url\n", "  apache: '%h %y'\n");
        refused(apache, "mine.yaml:6: '%y' is not a directive; expected one of mod_log_config, for example %>s");
        refused(
                apache.replace("%h %y", "%h%u"),
                "mine.yaml:6: nothing is between %h and %u in the format string; expected a text that tells where one"
                        + " ends, for example a space");
        refused(
                apache.replace("%h %y", "%{Referer i"),
                "mine.yaml:6: '%{Referer i' has no closing brace; expected, for example, %{Referer}i");
    }

    @Test
    void whatIsNoYamlSaysWhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("name: [a\ntitle: b\n"))
                .withMessageStartingWith("mine.yaml:2: not YAML: ");
        refused("", "mine.yaml:1: the file is empty; expected a format");
    }

    @Test
    void aWrongNotationZoneUnitOrEscapeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(GOOD.replace("timestamp: time\n", "timestamp: {from: time, as: \"%Q\"}\n")))
                .withMessageContaining("mine.yaml:")
                .withMessageContaining("'%Q' is not a notation of times");
        refused(
                GOOD.replace("verified: false", "verified: false\nzone: Mars"),
                "mine.yaml:5: 'Mars' is not a zone; expected, for example, UTC or Europe/Berlin");
        refused(
                GOOD.replace("timestamp: time\n", "timestamp: {from: time, zone: Mars}\n"),
                "mine.yaml:9: 'Mars' is not a zone; expected, for example, UTC or Europe/Berlin");
        refused(
                GOOD.replace("source_address: client", "source_address: {from: client, zone: UTC}"),
                "mine.yaml:10: a zone of source_address; expected it for timestamp only");
        refused(
                GOOD.replace("verified: false", "verified: perhaps"),
                "mine.yaml:4: 'perhaps' is neither true nor false");
    }
}
