package io.trawl.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectationsTest {
    private static Schema schema(String fields) {
        return new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"Sample\",\"fields\":[" + fields + "]}");
    }

    private static Schema number(String expect) {
        return schema("{\"name\":\"n\",\"type\":[\"null\",\"long\"],\"default\":null,\"expect\":" + expect + "}");
    }

    private static Violation check(Schema schema, Object... values) {
        GenericData.Record record = new GenericData.Record(schema);
        for (int i = 0; i < values.length; i++) {
            record.put(i, values[i]);
        }
        return Expectations.of(schema).check(record);
    }

    @Test
    void minAndMaxAreInclusive() {
        Schema schema = number("{\"min\":1,\"max\":9}");
        assertThat(check(schema, 1L)).isNull();
        assertThat(check(schema, 9L)).isNull();
        assertThat(check(schema, 0L)).isEqualTo(new Violation("n", "0 is less than 1"));
        assertThat(check(schema, 10L)).isEqualTo(new Violation("n", "10 is more than 9"));
    }

    @Test
    void boundsHoldUpToTheEndsOfALong() {
        Schema schema = number("{\"min\":-9223372036854775808,\"max\":9223372036854775807}");
        assertThat(check(schema, Long.MIN_VALUE)).isNull();
        assertThat(check(schema, Long.MAX_VALUE)).isNull();
    }

    @Test
    void anOptionalFieldThatIsNotThereMeetsWhatIsExpectedOfIt() {
        assertThat(check(number("{\"min\":1}"), new Object[] {null})).isNull();
    }

    @Test
    void aRequiredFieldHasToBeThere() {
        Schema schema = schema("{\"name\":\"s\",\"type\":\"string\"}");
        assertThat(check(schema, new Object[] {null}))
                .isEqualTo(new Violation("s", "it is missing, and the schema requires it"));
    }

    @Test
    void aPatternMatchesTheWholeText() {
        Schema schema = schema("{\"name\":\"s\",\"type\":\"string\",\"expect\":{\"pattern\":\"[a-f]+\"}}");
        assertThat(check(schema, "abc")).isNull();
        assertThat(check(schema, "abcx")).isEqualTo(new Violation("s", "'abcx' does not match [a-f]+"));
        assertThat(check(schema, "")).isNotNull();
    }

    @Test
    void requiredWhenAsksForAFieldWhereTheOtherOneIs() {
        Schema schema = schema(
                "{\"name\":\"ip\",\"type\":[\"null\",\"string\"],\"default\":null},"
                        + "{\"name\":\"port\",\"type\":[\"null\",\"int\"],\"default\":null,\"expect\":{\"required-when\":\"ip\"}}");
        assertThat(check(schema, null, null)).isNull();
        assertThat(check(schema, "192.0.2.7", 80)).isNull();
        assertThat(check(schema, null, 80)).isNull();
        assertThat(check(schema, "192.0.2.7", null)).isEqualTo(new Violation("port", "it is missing, and ip is there"));
    }

    @Test
    void aTimeIsComparedInTheSchemasUnitAndShownAsATime() {
        ProxyEvent event = event();
        event.setTimestamp(Instant.parse("2100-01-01T00:00:00Z"));
        assertThat(Expectations.of(ProxyEvent.SCHEMA$).check(event)).isNull();
        event.setTimestamp(Instant.parse("2100-01-01T00:00:01Z"));
        assertThat(Expectations.of(ProxyEvent.SCHEMA$).check(event))
                .isEqualTo(new Violation("timestamp", "2100-01-01T00:00:01Z is more than 2100-01-01T00:00:00Z"));
        event.setTimestamp(Instant.parse("1969-12-31T23:59:59.999999Z"));
        assertThat(Expectations.of(ProxyEvent.SCHEMA$).check(event))
                .isEqualTo(new Violation("timestamp", "1969-12-31T23:59:59.999999Z is less than 1970-01-01T00:00:00Z"));
    }

    @Test
    void ofAGeneratedRecordEveryKindOfExpectationIsChecked() {
        Indicator indicator = new Indicator();
        indicator.setIndicatorId("0".repeat(32));
        indicator.setType("domain");
        indicator.setValue("evil.example");
        indicator.setOriginal("evil[.]example");
        indicator.setFeed("f");
        indicator.setLine(1);
        indicator.setLabels(List.of());
        assertThat(Expectations.of(Indicator.SCHEMA$).check(indicator)).isNull();
        indicator.setConfidence(101);
        assertThat(Expectations.of(Indicator.SCHEMA$).check(indicator))
                .isEqualTo(new Violation("confidence", "101 is more than 100"));
        indicator.setConfidence(100);
        indicator.setIndicatorId("0".repeat(31));
        assertThat(Expectations.of(Indicator.SCHEMA$).check(indicator).field()).isEqualTo("indicator_id");
    }

    @Test
    void aStatusOutsideHttpsRangeIsAViolation() {
        ProxyEvent event = event();
        event.setHttpResponseStatusCode(99);
        assertThat(Expectations.of(ProxyEvent.SCHEMA$).check(event))
                .isEqualTo(new Violation("http_response_status_code", "99 is less than 100"));
    }

    /** Whatever parser or step made it: a text that acts on a terminal, a page or a key gets into no store. */
    @Test
    void eachTextOfAnEventThatALineDecidesIsPlain() {
        int checked = 0;
        for (Schema.Field field : ProxyEvent.SCHEMA$.getFields()) {
            Schema type = field.schema().isUnion() ? field.schema().getTypes().get(1) : field.schema();
            if (type.getType() != Schema.Type.STRING
                    || List.of("event_id", "source").contains(field.name())) {
                continue;
            }
            for (String odd : List.of("10.0.0.1\0x", "\u001B[2J", "a\u0085b", "a\u2028b", "a\u202Eb", "a\uD800b")) {
                ProxyEvent event = event();
                event.put(field.pos(), odd);
                Violation violation = Expectations.of(ProxyEvent.SCHEMA$).check(event);
                assertThat(violation).as(field.name()).isNotNull();
                assertThat(violation.field()).isEqualTo(field.name());
                assertThat(violation.message())
                        .startsWith("'" + PlainText.of(odd) + "'")
                        .satisfies(message ->
                                assertThat(PlainText.isPlain(message)).isTrue());
                event.put(field.pos(), PlainText.of(odd));
                assertThat(Expectations.of(ProxyEvent.SCHEMA$).check(event)).isNull();
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(6 * 30);
    }

    @Test
    void aMessageShowsTheBeginningOfALongValue() {
        ProxyEvent event = event();
        event.setUrlOriginal("/" + "x".repeat(1_000_000) + "\n");
        assertThat(Expectations.of(ProxyEvent.SCHEMA$).check(event).message())
                .startsWith("'/" + "x".repeat(39) + "...' ")
                .hasSizeLessThan(200);
    }

    private static ProxyEvent event() {
        ProxyEvent event = new ProxyEvent();
        event.setEventId("0".repeat(32));
        event.setSource("proxy");
        event.setWindow(Instant.EPOCH);
        event.setTimestamp(Instant.EPOCH);
        return event;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"mim\":1}",
                "{\"min\":\"1\"}",
                "{\"max\":true}",
                "{\"pattern\":7}",
                "{\"plain\":true}",
                "{\"required-when\":\"absent\"}",
                "\"min\"",
                "[1]"
            })
    void anExpectationThatIsNoneIsRefusedWithAnExample(String expect) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Expectations.of(number(expect)))
                .withMessageStartingWith("schema Sample, field n: ")
                .withMessageContaining("\"expect\": {\"min\": 0}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"pattern\":\"[\"}", "{\"min\":0.5}", "{\"max\":1e300}"})
    void anExpectationThatCannotBeCheckedIsRefused(String expect) {
        assertThatIllegalArgumentException().isThrownBy(() -> Expectations.of(number(expect)));
    }

    /** A number's bound on a text, or a pattern on a number, would only show on the first record. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"s\",\"type\":\"string\",\"expect\":{\"min\":1}}",
                "{\"name\":\"s\",\"type\":\"int\",\"expect\":{\"pattern\":\"a\"}}",
                "{\"name\":\"s\",\"type\":\"string\",\"expect\":{\"plain\":false}}",
                "{\"name\":\"s\",\"type\":[\"null\",\"bytes\"],\"default\":null,\"expect\":{\"max\":1}}"
            })
    void anExpectationThatDoesNotFitTheTypeIsRefused(String field) {
        assertThatIllegalArgumentException().isThrownBy(() -> Expectations.of(schema(field)));
    }
}
