package io.trawl.parsing.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordListTest {
    private static final RecordList LIST = new RecordList("records");

    private static @Nullable Records of(RecordList list, String message) {
        return list.of(message.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> texts(RecordList list, String message) {
        Records records = of(list, message);
        assertThat(records).as(message).isNotNull();
        assertThat(records.failure()).as(message).isNull();
        return records.lines().stream()
                .map(line -> new String(line, StandardCharsets.UTF_8))
                .toList();
    }

    private static void refused(String message, Reason reason, String why) {
        Records records = of(LIST, message);
        assertThat(records).as(message).isNotNull();
        assertThat(records.failure()).isEqualTo(new Failure(reason, null, why));
        assertThat(records.lines()).isEmpty();
    }

    @Test
    void eachRecordIsAsItStandsInTheMessage() {
        assertThat(texts(LIST, "{\"records\":[{\"a\":1},{\"b\": {\"c\": [1, \"}]\"]}} , {}]}"))
                .containsExactly("{\"a\":1}", "{\"b\": {\"c\": [1, \"}]\"]}}", "{}");
        assertThat(
                        texts(
                                LIST,
                                " \n{ \"x\" : [ {\"records\": 1} ] ,\r\n \"records\" : [ {\"url\":\"\\u00e9é/\\\"\"} ], \"y\": {} } \r\n"))
                .containsExactly("{\"url\":\"\\u00e9é/\\\"\"}");
    }

    @Test
    void aTextIsTheLineAndAnythingElseIsOneToo() {
        assertThat(texts(LIST, "{\"records\":[\"10.0.0.1 - \\\"GET\\\"\", null, 1.5, [{\"a\":1}, 2], true]}"))
                .containsExactly("10.0.0.1 - \"GET\"", "null", "1.5", "[{\"a\":1}, 2]", "true");
    }

    @Test
    void aPathLeadsToTheList() {
        assertThat(texts(new RecordList("data.events"), "{\"data\":{\"n\":1,\"events\":[{\"a\":1}]}}"))
                .containsExactly("{\"a\":1}");
        assertThat(texts(new RecordList("[]"), " [{\"a\":1},{\"b\":2}]")).containsExactly("{\"a\":1}", "{\"b\":2}");
        for (String none : List.of("", "a..b", ".a", " ")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RecordList(none))
                    .withMessage("'" + none + "' is not a path; expected, for example, records, data.events or []");
        }
    }

    @Test
    void whatIsNoMessageOfRecordsIsALine() {
        for (String line : List.of(
                "",
                " ",
                "1700000000.123 62 \"records\"",
                "{\"time\":\"x\"}",
                "{\"url\":\"/?q={\\\"records\\\":[1]}\"}",
                "{\"records\":{\"a\":1}}",
                "{\"records\":\"x\"}",
                "{\"properties\":{\"records\":[{\"a\":1}]}}",
                "[{\"records\":[{\"a\":1}]}]")) {
            assertThat(of(LIST, line)).as(line).isNull();
        }
    }

    /** One that is cut in the middle, or has a second one behind it, would lose records. */
    @Test
    void whatIsNotOneWholeMessageIsALine() {
        String whole = "{\"records\":[{\"a\":1},{\"b\":2}]}";
        for (int length = 0; length < whole.length(); length++) {
            assertThat(of(LIST, whole.substring(0, length))).isNull();
        }
        assertThat(texts(LIST, whole)).hasSize(2);
        for (String more : List.of("}", "{}", " {\"records\":[{\"c\":3}]}", "x", ",", "]", "1")) {
            assertThat(of(LIST, whole + more)).as(more).isNull();
        }
        assertThat(of(new RecordList("[]"), "[1] [2]")).isNull();
    }

    @Test
    void aMessageWithoutRecordsOrWithTooManyIsRefusedAsAWhole() {
        refused("{\"records\":[]}", Reason.EMPTY, "the message has no records");
        String most = "{\"records\":[" + "0,".repeat(RecordList.MOST - 1) + "0]}";
        assertThat(texts(LIST, most)).hasSize(RecordList.MOST);
        refused(
                most.replace("]", ",{\"a\":[]}]"),
                Reason.SYNTAX,
                "the message has more than 10000 records; expected at most so many");
    }

    /** A record is parsed alone when it is replayed: then it must not be cut either. */
    @Test
    void aRecordThatHasRecordsIsRefused() {
        refused(
                "{\"records\":[{\"a\":1},{\"records\":[{\"b\":2}]}]}",
                Reason.SYNTAX,
                "a record of the message is a message of records; expected an event in each");
        refused(
                "{\"records\":[\"{\\\"records\\\":[1]}\"]}",
                Reason.SYNTAX,
                "a record of the message is a message of records; expected an event in each");
        assertThat(texts(LIST, "{\"records\":[{\"records\":{}}]}")).containsExactly("{\"records\":{}}");
    }

    @Test
    void aByteThatIsNotUtf8BecomesItsEscapeAndTheOthersStay() {
        byte[] message = "{\"records\":[{\"a\":\"caf\u00e9\"},{\"b\":\"\u20ac\"}]}".getBytes(StandardCharsets.UTF_8);
        message = new String(message, StandardCharsets.ISO_8859_1)
                .replace("\u00c3\u00a9", "\u00e9")
                .getBytes(StandardCharsets.ISO_8859_1);
        Records records = LIST.of(message);
        assertThat(records).isNotNull();
        assertThat(records.lines())
                .extracting(line -> new String(line, StandardCharsets.UTF_8))
                .containsExactly("{\"a\":\"caf%E9\"}", "{\"b\":\"\u20ac\"}");
    }

    @Test
    void deepOrHugeMessagesAreCutOrNot() {
        assertThat(of(LIST, "{\"records\":" + "[".repeat(100_000))).isNull();
        assertThat(of(LIST, "{\"records\":[" + "{\"records\":[".repeat(20_000))).isNull();
        assertThat(of(LIST, "{\"a\":\"" + "x".repeat(3_000_000) + "\",\"records\":[1]}"))
                .isNotNull();
    }

    @Property(tries = 2_000)
    void neverThrows(@ForAll("messages") String message) {
        Records records = of(LIST, message);
        if (records != null && records.failure() == null) {
            assertThat(records.lines()).isNotEmpty();
            assertThat(records.lines())
                    .allSatisfy(line -> assertThat(LIST.of(line)).isNull());
        }
    }

    @Provide
    Arbitrary<String> messages() {
        return Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ",",
                        ":",
                        "\"records\"",
                        "\"a\"",
                        "1",
                        "null",
                        "\\",
                        "\"",
                        " ",
                        "{\"records\":[",
                        "]}")
                .list()
                .ofMaxSize(14)
                .map(parts -> "{\"records\":[" + String.join("", parts));
    }
}
