package io.trawl.intel.rule.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StixRulesTest {
    @TempDir
    private Path folder;

    private RuleBook book() throws IOException {
        return RuleBook.load(List.of(folder), null, null, null, false);
    }

    private static List<Integer> valid(RuleBook book) {
        return book.valid().stream().map(one -> one.place().line()).toList();
    }

    @Test
    void aPatternThatIsThereTwiceIsValidAndRunsOnce() throws IOException {
        Files.writeString(folder.resolve("p.stix"), """
                [url:value LIKE 'a%']
                [ url:value   LIKE 'a%' ]
                [domain-name:value = 'a.example'] FOLLOWEDBY [url:value LIKE 'a%']
                [domain-name:value = 'a.example'] FOLLOWEDBY [url:value LIKE 'a%']
                [domain-name:value = 'a.example']
                [domain-name:value = 'a.example']
                """);
        RuleBook book = book();

        assertThat(valid(book)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(book.refused()).isEmpty();
        assertThat(book.correlations().all()).hasSize(1);
        assertThat(book.rules()).hasSize(4);
    }

    @Test
    void anIdThatIsThereTwiceIsRefusedAndNotValid() throws IOException {
        for (String name : List.of("a.json", "b.json")) {
            Files.writeString(folder.resolve(name), """
                    {"type":"indicator","id":"indicator--7a3b1d2e-0000-4000-8000-000000000002","pattern_type":"stix",
                    "pattern":"[url:value LIKE 'http://%s%%']"}
                    """.formatted(name));
        }
        RuleBook book = book();

        assertThat(valid(book)).containsExactly(1);
        assertThat(book.refused())
                .singleElement()
                .satisfies(one -> assertThat(one.getMessage())
                        .isEqualTo(folder.resolve("b.json")
                                + ":1: the id indicator--7a3b1d2e-0000-4000-8000-000000000002 is the one of the pattern in "
                                + folder.resolve("a.json") + ":1, too"));
    }
}
