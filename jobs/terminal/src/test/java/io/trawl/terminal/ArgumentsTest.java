package io.trawl.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    /** Each wrong argument is said in one line, with status 2, before anything is read. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense | trawl nonsense: command 'nonsense': expected one of parse, canonical, indicators, match",
                "parse | trawl parse: --format is missing: expected one of squid, combined, squid-combined, as --format squid",
                "parse --format | trawl parse: --format has no value: expected one behind it",
                "parse --format --table | trawl parse: --format has no value: expected one behind it",
                "parse --format nginx | trawl parse: format nginx: expected one of squid, combined, squid-combined",
                "parse --format squid --format squid | trawl parse: --format is given twice",
                "parse --fromat squid | trawl parse: option --fromat is unknown: expected --format, --table; --help says what they do",
                "parse -x | trawl parse: option -x is unknown: expected --format, --table; --help says what they do",
                "parse --format squid --table=yes | trawl parse: --table takes no value, but '--table=yes' gives one",
                "parse --format squid no-such-*.log | trawl parse: no file matches no-such-*.log",
                "parse --format squid [ | trawl parse: '[' is no pattern of file names, as *.log",
                "parse --format squid no-such.log | trawl parse: no-such.log: no such file",
                "canonical --format x | trawl canonical: option --format is unknown: expected --table; --help says what they do",
                "indicators | trawl indicators: no file: expected one or more, as feed.txt, or - for standard input",
                "indicators --format csv f | trawl indicators: --format csv: expected auto, or nothing",
                "indicators no-such.txt | trawl indicators: no-such.txt: no such file",
                "match --format squid | trawl match: --indicators is missing: expected a file, as --indicators feed.txt",
                "match --format squid --indicators | trawl match: --indicators has no value: expected one behind it",
                "match --format squid --indicators - | trawl match: standard input cannot be log and indicators at once: expected a file for one of them",
                "match --format squid --indicators no-such.txt | trawl match: no-such.txt: no such file",
            })
    void isSaidInOneLine(String line, String message) {
        Ran ran = Ran.of(new byte[0], line.split(" "));
        assertThat(ran.err()).isEqualTo(message + "\n");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.bytes()).isEmpty();
    }

    @Test
    void anEmptyNameIsNoFile() {
        assertThat(Ran.of(new byte[0], "parse", "--format", "squid", "").err())
                .isEqualTo("trawl parse: '' is no name of a file: is a variable unset?\n");
    }

    private static Arguments of(String... words) {
        return Arguments.of(List.of(words), Set.of("--table"), Set.of("--format"), Set.of("--indicators"));
    }

    @Test
    void filesOfAnOptionGoUpToTwoDashes() {
        Arguments several = of("--indicators", "a", "b", "--", "log", "-x");
        assertThat(several.values("--indicators")).containsExactly("a", "b");
        assertThat(several.operands()).containsExactly("log", "-x");

        Arguments one = of("--indicators", "a", "log", "--indicators=b", "-", "--table");
        assertThat(one.values("--indicators")).containsExactly("a", "b");
        assertThat(one.operands()).containsExactly("log", "-");
        assertThat(one.has("--table")).isTrue();
    }
}
