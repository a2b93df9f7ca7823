package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.cli.files.terminal.Arguments;
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
                "nonsense | trawl nonsense: command 'nonsense': expected one of parse, canonical, indicators, index, lookalike, match, formats, rules",
                "parse | trawl parse: --format is missing: expected a format's name, for example --format squid, or --format auto (bin/trawl formats lists them)",
                "parse --format | trawl parse: --format has no value: expected one after it",
                "parse --format --output | trawl parse: --format has no value: expected one after it",
                "parse --format sqid | trawl parse: format sqid is unknown: did you mean squid? (bin/trawl formats lists them)",
                "parse --format squid --format squid | trawl parse: --format is given twice",
                "parse --fromat squid | trawl parse: option --fromat is unknown: expected --format, --formats, --output, --with; --help says what they do",
                "parse -x | trawl parse: option -x is unknown: expected --format, --formats, --output, --with; --help says what they do",
                "parse --format squid --output xml | trawl parse: --output xml: expected json or table",
                "parse --format squid no-such-*.log | trawl parse: no file matches no-such-*.log",
                "parse --format squid [ | trawl parse: '[' is not a pattern of file names, for example *.log",
                "parse --format squid no-such.log | trawl parse: no-such.log: no such file",
                "canonical --format x | trawl canonical: option --format is unknown: expected --output; --help says what they do",
                "indicators | trawl indicators: no file: expected one or more, for example feed.txt, or - for standard input",
                "indicators --format xml f | trawl indicators: --format xml: expected one of auto, plain, csv, hosts, adblock, dnsmasq, rpz, suricata, user-agents, user-agent-regexes",
                "indicators --columns vlaue=a f | trawl indicators: --columns vlaue=a: 'vlaue=a' is not one of value=, type=, confidence=, valid_from=, valid_until= and labels= with a column's name after it; expected for example value=ioc,type=ioc_type",
                "indicators --columns value=a,value=b f | trawl indicators: --columns value=a,value=b: value is given twice",
                "indicators --columns value=a --format hosts f | trawl indicators: --columns are those of CSV, but --format is hosts: expected csv, or no --format",
                "index | trawl index: nothing to do: expected build, for example trawl index build --indicators feed.txt --output feeds.index",
                "index show | trawl index: 'show' is unknown: expected build, for example trawl index build --indicators feed.txt --output feeds.index",
                "index build --output x | trawl index: --indicators is missing: expected a file, for example --indicators feed.txt",
                "index build --indicators x | trawl index: --output is missing: expected a file, for example --output feeds.index",
                "index build --indicators x --output / | trawl index: --output / is a folder: expected a file",
                "match --format squid --indicators a --index b | trawl match: --indicators and --index exclude each other: expected one of them; trawl index build makes an index of several feeds",
                "match --format squid --index b --index c | trawl match: --index is given twice",
                "match --format squid --index no-such.index | trawl match: no-such.index: no such file",
                "indicators - - | trawl indicators: - is given twice: standard input can be read once",
                "indicators no-such.txt | trawl indicators: no-such.txt: no such file",
                "match --format squid | trawl match: --indicators, --index and --rules are missing: expected one of them, for example --indicators feed.txt",
                "match --format squid --indicators | trawl match: --indicators has no value: expected one after it",
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
                .isEqualTo("trawl parse: '' is not the name of a file: is a variable unset?\n");
    }

    private static Arguments of(String... words) {
        return Arguments.of(List.of(words), Set.of("--format", "--output"), Set.of("--indicators"));
    }

    @Test
    void filesOfAnOptionGoUpToTwoDashes() {
        Arguments several = of("--indicators", "a", "b", "--", "log", "-x");
        assertThat(several.values("--indicators")).containsExactly("a", "b");
        assertThat(several.operands()).containsExactly("log", "-x");

        Arguments others = Arguments.of(
                List.of("--indicators", "a", "b", "--allowlist", "c", "d", "--output", "json", "--", "log"),
                Set.of("--output"),
                Set.of("--indicators", "--allowlist"));
        assertThat(others.values("--indicators")).containsExactly("a", "b");
        assertThat(others.values("--allowlist")).containsExactly("c", "d");
        assertThat(others.operands()).containsExactly("log");

        Arguments one = of("--indicators", "a", "log", "--indicators=b", "-", "--output=table");
        assertThat(one.values("--indicators")).containsExactly("a", "b");
        assertThat(one.operands()).containsExactly("log", "-");
        assertThat(one.table()).isTrue();
        assertThat(others.table()).isFalse();
    }
}
