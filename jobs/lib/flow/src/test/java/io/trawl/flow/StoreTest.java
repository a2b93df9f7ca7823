package io.trawl.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class StoreTest {
    @Test
    void aStoreThatIsFilledOneByOneTakesAllOrNothing() {
        ListStore<String> store = Store.list("some");
        store.fill(to -> List.of("a", "b").forEach(to));
        assertThat(store.records()).containsExactly("a", "b");

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> store.fill(to -> {
                    to.accept("c");
                    throw new IllegalStateException("the source broke");
                }));
        assertThat(store.records()).containsExactly("a", "b");
    }
}
