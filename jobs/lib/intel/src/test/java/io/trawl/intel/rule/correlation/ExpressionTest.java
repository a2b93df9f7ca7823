package io.trawl.intel.rule.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ExpressionTest {
    @Test
    void notBindsBeforeAndBeforeOr() {
        Expression expression = Expression.of("a or b AND not (c or d)");
        assertThat(expression.rules()).containsExactly("a", "b", "c", "d");
        assertThat(expression.holds(Set.of("a", "c")::contains)).isTrue();
        assertThat(expression.holds(Set.of("b")::contains)).isTrue();
        assertThat(expression.holds(Set.of("b", "d")::contains)).isFalse();
        assertThat(expression.terms())
                .containsExactly(
                        new Expression.Term(Set.of("a"), Set.of()), new Expression.Term(Set.of("b"), Set.of("c", "d")));
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        assertThatThrownBy(() -> Expression.of("a and"))
                .hasMessage("the condition is wrong at character 6: expected the name of a rule");
        assertThatThrownBy(() -> Expression.of("(a or b"))
                .hasMessage("the condition is wrong at character 8: expected )");
        assertThatThrownBy(() -> Expression.of("a b"))
                .hasMessage("the condition is wrong at character 3: expected and, or, or the end");
        assertThatThrownBy(() -> Expression.of("(".repeat(100_000))).hasMessageContaining("nested more than 200 deep");
        assertThatThrownBy(() -> Expression.of("a or ".repeat(100_000) + "a"))
                .hasMessageContaining("more than 500 names");
        String choices = "(a or b)" + " and (c or d)".repeat(9);
        assertThatThrownBy(() -> Expression.of(choices).terms()).hasMessageContaining("more than 256 ways");
    }
}
