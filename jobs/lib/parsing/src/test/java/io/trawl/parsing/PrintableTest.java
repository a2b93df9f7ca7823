package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "www.example.com/a?b=c", "münchen.example", "日本.example", "😀"})
    void whatAPersonCanReadStays(String text) {
        assertThat(Printable.line(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000", "\n", "\r", "\t", "\u001B", "\u007F", "\u0085", "\u009B", "\u00AD", "\u200B", "\u200F",
                "\u202A", "\u202E", "\u2028", "\u2029", "\u2066", "\u2069", "\uFEFF", "\uD800", "\uDC00"
            })
    void whatSteersATerminalOrTurnsTextAroundDoesNot(String text) {
        assertThat(Printable.line("a" + text + "b")).isEqualTo("a?b");
    }

    @Test
    void aTextOutsideTheFirstPlaneKeepsItsLength() {
        assertThat(Printable.line("a\uDB40\uDC01b")).isEqualTo("a??b");
    }

    @Test
    void aLongTextIsCut() {
        assertThat(Printable.line("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Printable.line("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(Printable.line("abcde\uDB40\uDC01b", 6)).as("half a pair").isEqualTo("abcde…");
    }
}
