package io.trawl.intel.rule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NecessaryTest {
    private static final List<String> PIECES = List.of(
            "a",
            "b",
            "B",
            "foo",
            "[ab]",
            "[^a]",
            "[a-c]",
            "[]a]",
            "[^]a]",
            "[a\\-b]",
            ".",
            "\\.",
            "\\d",
            "\\x61",
            "\\b",
            "^",
            "$",
            "(?i)",
            "(?i:aB)",
            "(?:a|b)",
            "(foo|ba)",
            "(?P<n>ab)",
            "|",
            "(",
            ")",
            "*",
            "+",
            "?",
            "*?",
            "{0}",
            "{1}",
            "{2}",
            "{0,2}",
            "{1,}",
            "{00}",
            "{",
            "}",
            "[[:alpha:]]",
            "\\pL",
            "\\n",
            "\\Qa+\\E",
            "k",
            "s");

    @ParameterizedTest
    @CsvSource({
        "evil\\.(example|test),evil.example;evil.test",
        "'\\.(zip|asp)\\?d=[0-9]{1,3}\\.[0-9]',.zip?d=;.asp?d=",
        "'(?i)(ipfs\\.io/|ipfs\\.io\\s).+@.+',ipfs.io/;ipfs.io",
        "abc.*defgh,defgh",
        "(foo)+bar,foo",
        "x[aA]y,xay",
    })
    void literalsOfAnExpressionAreFound(String pattern, String literals) {
        assertThat(Necessary.of(pattern)).contains(literals.split(";")[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {".{150}", "a*", "a|", "(a|b*)c?", "[a-z]+", "\\Qabc\\E", "(?:)"})
    void whatCanBeAnythingHasNone(String pattern) {
        assertThat(Necessary.of(pattern)).isNull();
    }

    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    void whatIsFoundHasALiteral(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder expression = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            expression.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(expression.toString());
        } catch (com.google.re2j.PatternSyntaxException e) {
            return;
        }
        List<String> necessary = Necessary.of(expression.toString());
        if (necessary != null) {
            assertThat(necessary).isNotEmpty().doesNotContain("");
            for (int i = 0; i < 50; i++) {
                String text = text(random);
                if (pattern.matcher(text).find()) {
                    String folded = Fold.text(text);
                    assertThat(necessary).as("%s in '%s'", pattern, text).anyMatch(folded::contains);
                }
            }
        }
    }

    private static String text(Random random) {
        String letters = "aabbcfok+-]^.\n{}0129s\u212A\u017F";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return random.nextBoolean() ? text.toString() : text.toString().toUpperCase(Locale.ROOT);
    }
}
