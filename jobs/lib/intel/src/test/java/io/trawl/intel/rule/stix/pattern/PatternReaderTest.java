package io.trawl.intel.rule.stix.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What OASIS's grammar for 2.1 takes and what it does not, as its validator (stix2-patterns 2.1.2) decides, too. */
class PatternReaderTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[EXISTS file:name]",
                "[NOT EXISTS file:name]",
                "[file:name NOT = 'x']",
                "[file:name NOT != 'x']",
                "[file:size NOT < 3]",
                "[file:name <> 'x']",
                "[file:name == 'x']",
                "[file:size = +5]",
                "[file:size = .5]",
                "[file:size = -.5]",
                "[file:size = 00.5]",
                "[file:size = -0]",
                "[file:x = true]",
                "[file:name IN ()]",
                "[file:name NOT IN ('a', 5, true)]",
                "[a:b IN (t'2020-01-01T00:00:00Z', h'00', b'YQ==', true, 1.5)]",
                "[file:name = 'a\\'b\\\\c']",
                "[file:name = h'']",
                "[file:name = h'AbCd']",
                "[file:name = b'YQ==']",
                "[file:'name' = 'x']",
                "[file:'a\\'b' = 1]",
                "[x:'' = 'a']",
                "[x-foo-bar:name = 'x']",
                "[x--y:y = 1]",
                "[h:a = 1]",
                "[t:a = 1]",
                "[file:a[0] = 1]",
                "[file:a[+1] = 1]",
                "[file:a[ * ] = 1]",
                "[file:a[*].b[*] = 1]",
                "[file:a[0].'b'[1] = 1]",
                "[file:and = 1]",
                "[file:start = 1]",
                "[a:b.'AND' = 'x']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[0] = 'x']",
                "[file : name = 'x']",
                "[file:/* c */name = 'x'] // foo",
                "/* a */ [x:y = 1]",
                "\u3000[x:y\u0085=\u00A01]",
                "[file:name = 'x'] WITHIN 0.5 SECONDS",
                "[file:name = 'x'] WITHIN +2 SECONDS",
                "[file:name = 'x'] REPEATS +2 TIMES",
                "[file:name = 'x'] WITHIN 5 SECONDS REPEATS 2 TIMES",
                "[file:name = 'x'] REPEATS 2 TIMES WITHIN 5 SECONDS",
                "([file:name = 'x']) WITHIN 5 SECONDS WITHIN 6 SECONDS",
                "([file:name = 'x'] REPEATS 2 TIMES) REPEATS 2 TIMES",
                "[file:name = 'x'] START t'2016-06-01T01:30:60Z' STOP t'2016-06-01T23:59:60.12Z'",
                "[file:name='x'AND file:size=3]",
                "[file:size=3AND file:name='x']",
                "[file:name='x']AND[file:size=3]",
                "[file:name='x']FOLLOWEDBY[file:size=3]",
                "[file:name IN('x','y')]",
                "[file:size=-3]",
                "[file:name = 'ä☃']",
                "[File:Name = 1]",
                "( [(network-traffic:dst_port IN(443,6443,8443) AND network-traffic:src_packets != 0) ])",
                "(([a:b=1] OR [a:b=2]) AND [a:b=3]) WITHIN 3 SECONDS",
                // Days that no month has are for who uses the time.
                "[x:created = t'2024-02-30T12:00:00Z']"
            })
    void takes(String pattern) throws PatternException {
        Pattern read = Pattern.read(pattern);
        assertThat(Pattern.read(read.toString())).isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\" | column 1: expected a pattern, for example [domain-name:value = 'evil.example'], not the end",
                "file:size = 1 | column 1: expected [ or (, not file",
                "[file:size = ] | column 14: expected a constant, for example 'evil.example', not ]",
                "[file:hashes.MD5 = cead3f77] | column 20: expected a constant; a text is in single quotes, not cead3f77",
                "[file.size = 1280] | column 6: expected : after the type file, not .",
                "[file:name MATCHES /.*\\.dll/] | column 20: unexpected '/'",
                "[a:b = 1] WITHIN ] | column 18: expected a number of seconds above 0, not ]",
                "[a:b = 1] WITHIN 5 HOURS | column 20: expected SECONDS, not HOURS",
                "[a:b = 1] WITHIN -5 SECONDS | column 18: expected a number of seconds above 0, not -5",
                "[a:b = 1] WITHIN 0 SECONDS | column 18: expected a number of seconds above 0, not 0",
                "[a:b = 1] REPEATS 0 TIMES | column 19: expected a whole number above 0, not 0",
                "[a:b = 1] REPEATS 1.5 TIMES | column 19: expected a whole number above 0, not 1.5",
                "[a:b = 1] REPEATS 9999999999 TIMES | column 19: expected a count up to 2147483647",
                "[a:b ISSUBSET ] | column 15: expected a text in single quotes after ISSUBSET, not ]",
                "[a:b =? 'x'] | column 7: unexpected '?'",
                "[a:b => 1] | column 7: expected a constant, for example 'evil.example', not >",
                "[a:b == t'2457-73-22T32:81:84.1Z'] | column 9: t'…' without a time in UTC; expected for example t'2026-11-24T10:00:00Z'",
                "[a:b = t'2024-01-15T12:30:45'] | column 8: t'…' without a time in UTC; expected for example t'2026-11-24T10:00:00Z'",
                "[a:b = t'2024-01-15T24:30:45Z'] | column 8: t'…' without a time in UTC; expected for example t'2026-11-24T10:00:00Z'",
                "[a:b = t'2024-01-15T12:30:45.Z'] | column 8: t'…' without a time in UTC; expected for example t'2026-11-24T10:00:00Z'",
                "[a:b = b'====' ] | column 8: b'…' without Base64; expected for example b'YWJj'",
                "[a:b = b''] | column 8: b'…' without Base64; expected for example b'YWJj'",
                "[a:b = h'a'] | column 8: h'…' without an even number of hex digits; expected for example h'ffd8'",
                "[a:b = x'00'] | column 8: expected a constant; a text is in single quotes, not x",
                "[a:b=1] within 2 seconds | column 9: expected AND, OR, FOLLOWEDBY, a qualifier or the end, not within",
                "[a:b=1]] | column 8: expected AND, OR, FOLLOWEDBY, a qualifier or the end, not ]",
                "[a:b=1] WITHIN 5 SECONDS WITHIN 6 SECONDS | column 26: a second WITHIN on one observation; expected one at most",
                "([a:b=1] REPEATS 2 TIMES REPEATS 3 TIMES) | column 26: a second REPEATS on one observation; expected one at most",
                "[NOT a:b = 'x'] | column 6: expected EXISTS (NOT stands before an operator: file:name NOT = 'x'), not a",
                "[a:b EXISTS] | column 6: expected an operator, for example = or IN, not EXISTS",
                "[a:b = 05] | column 8: a number that begins with 0",
                "[a:b = 5.] | column 9: expected ], not .",
                "[a:b = 1e5] | column 9: expected ], not e5",
                "[a:b = - 3] | column 8: a '-' without a number",
                "[a:b > true] | column 8: expected a number, a text or a time, not true",
                "[a:b = TRUE] | column 8: expected a constant; a text is in single quotes, not TRUE",
                "[a:b LIKE 5] | column 11: expected a text in single quotes after LIKE, not 5",
                "[a:b = 'a\\nb'] | column 10: a '\\' before neither ' nor \\; expected \\\\",
                "[a:b = 'x | column 8: a text that does not end; expected '",
                "[a:b = 'x''y'] | column 11: expected ], not 'y'",
                "['file':name = 'x'] | column 2: expected a type of object, for example domain-name, not 'file'",
                "[a:b-c = 'x'] | column 4: expected quotes: 'b-c', not b-c",
                "[a:hashes.SHA-256 = 'x'] | column 11: expected quotes: 'SHA-256', not SHA-256",
                "[a:AND = 'x'] | column 4: expected quotes: 'AND', not AND",
                "[a:b.true = 1] | column 6: expected quotes: 'true', not true",
                "[AND:b = 1] | column 2: expected a type of object, for example domain-name, not AND",
                "[a:b['x'] = 1] | column 6: expected the number of an item, or *, not 'x'",
                "[a:b.[0] = 1] | column 6: expected a property, for example value, not [",
                "[a:b IN (1,)] | column 12: expected a constant, for example 'evil.example', not )",
                "[a:b IN (1 2)] | column 12: expected ), not 2",
                "[] | column 2: expected a type of object, for example domain-name, not ]",
                "() | column 2: expected [ or (, not )",
                "[a:b=1] /* c | column 9: a comment that does not end; expected */",
                "[a:b=1] #c | column 9: unexpected '#'",
                "[a:ñ=1] | column 4: unexpected 'ñ'",
                "[a:b=1] START t'2016-06-01T01:30:00Z' | column 38: expected STOP, not the end",
                "[a:b=1] START '2016-06-01T01:30:00Z' STOP t'2016-06-01T01:30:00Z' | column 15: expected a time, for example t'2026-11-24T10:00:00Z', not '2016-06-01T01:30:00Z'",
                "[a:b=1] START t'2016-06-01T01:30:00Z' STOP t'2016-06-01T01:30:00Z' | column 9: START t'2016-06-01T01:30:00Z' is not before STOP t'2016-06-01T01:30:00Z'"
            })
    void refuses(String pattern, String message) {
        assertThatThrownBy(() -> Pattern.read(pattern))
                .isInstanceOf(PatternException.class)
                .hasMessage(message);
    }

    @Test
    void aPlaceIsALineAndAColumnOfCharacters() {
        assertThatThrownBy(() -> Pattern.read("[a:b = '😀'\n AND a:c ? 1]"))
                .hasMessage("line 2, column 10: unexpected '?'");
        assertThatThrownBy(() -> Pattern.read("[a:b = '😀' ? 1]")).hasMessage("column 12: unexpected '?'");
    }

    @Test
    void whatActsOnATerminalIsEscapedInMessages() {
        assertThatThrownBy(() -> Pattern.read("[a:b = \u001B[31m]")).hasMessage("column 8: unexpected '\\u001B'");
        assertThatThrownBy(() -> Pattern.read("[a:b = 'x' '\u202E\u0007']"))
                .hasMessage("column 12: expected ], not '\\u202E\\u0007'");
    }

    @Test
    void andBindsBeforeOrAndOrBeforeFollowedBy() throws PatternException {
        assertThat(Pattern.read("[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3] AND [a:b=4] WITHIN 5 SECONDS")
                        .observation())
                .isEqualTo(new Pattern.FollowedBy(List.of(
                        one(1),
                        new Pattern.AnyOf(List.of(
                                one(2),
                                new Pattern.AllOf(List.of(
                                        one(3),
                                        new Pattern.Qualified(one(4), new Pattern.Within(new BigDecimal(5))))))))));
        assertThat(Pattern.read("[a:b=1 OR a:b=2 AND a:b=3]").observation())
                .isEqualTo(new Pattern.Observed(
                        new Pattern.Or(List.of(compare(1), new Pattern.And(List.of(compare(2), compare(3)))))));
    }

    @Test
    void constantsAreTheirValues() throws PatternException {
        assertThat(Pattern.read("[a:b IN ('it\\'s \\\\', h'6F6b', b'b2s=', +1.50, -7, true)]")
                        .toString())
                .isEqualTo("[a:b IN ('it\\'s \\\\', h'6f6b', b'b2s=', 1.50, -7, true)]");
        assertThat(new Literal.Hex("6f6b").text()).isEqualTo("ok");
        assertThat(new Literal.Binary("b2s=").text()).isEqualTo("ok");
        assertThat(new Literal.Timestamp("2016-12-31T23:59:60Z").instant()).hasToString("2017-01-01T00:00:00Z");
        assertThat(new Literal.Timestamp("2016-12-31T23:59:58.1234567891234567891234Z").instant())
                .hasToString("2016-12-31T23:59:58.123456789Z");
        assertThat(new Literal.Timestamp("2023-02-29T00:00:00Z").instant()).isNull();
    }

    @Test
    void deepAndLongPatternsEndInOrder() throws PatternException {
        assertThat(Pattern.read(
                        "(".repeat(100) + "[" + "(".repeat(100) + "a:b=1" + ")".repeat(100) + "]" + ")".repeat(100)))
                .hasToString("[a:b = 1]");
        assertThatThrownBy(() -> Pattern.read("(".repeat(1_000_000) + "[a:b=1]" + ")".repeat(1_000_000)))
                .hasMessage("column 201: parentheses more than 200 deep");
        assertThatThrownBy(() -> Pattern.read("[" + "(".repeat(1_000_000)))
                .hasMessage("column 202: parentheses more than 200 deep");
        String many = "[a:b = 'x'] OR ".repeat(100_000) + "[a:b = 'x']";
        assertThat(((Pattern.AnyOf) Pattern.read(many).observation()).of()).hasSize(100_001);
        String list = "[a:b IN (" + "'x', ".repeat(200_000) + "'y')]";
        assertThat(Pattern.read(list).toString()).isEqualTo(list);
        String text = "[a:b = '" + "\\\\".repeat(5_000_000) + "']";
        assertThat(Pattern.read(text).toString()).isEqualTo(text);
        String path = "[a:b" + ".c[0]".repeat(200_000) + " = 1]";
        assertThat(Pattern.read(path).toString()).isEqualTo(path);
        assertThatThrownBy(() -> Pattern.read("[a:b = " + "9".repeat(10_000_000) + "]"))
                .hasMessage("column 8: a number of more than 100 digits");
        assertThatThrownBy(() -> Pattern.read("([a:b=1])" + " WITHIN 5 SECONDS".repeat(1_000_000)))
                .hasMessage("column 147: more than 8 qualifiers on one observation");
    }

    private static Pattern.Observed one(int number) {
        return new Pattern.Observed(compare(number));
    }

    private static Pattern.Compare compare(int number) {
        return new Pattern.Compare(
                new ObjectPath("a", List.of(new ObjectPath.Key("b"))),
                false,
                Pattern.Operator.EQUAL,
                List.of(new Literal.Number(new BigDecimal(number))));
    }
}
