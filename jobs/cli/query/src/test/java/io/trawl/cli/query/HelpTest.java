package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.testing.Help;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Help is bin/trawl's, so that it needs no build; it lists the options that are taken here. */
class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {"detections", "sightings", "parity", "tail", "migrate-lake"})
    void listsTheOptionsThatAreTaken(String command) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        List<String> taken =
                Cli.commands(nowhere, nowhere).getSubcommands().get(command).getCommandSpec().options().stream()
                        .filter(option -> !option.hidden() && !option.usageHelp())
                        .map(option ->
                                option.longestName() + (option.arity().max() == 0 ? "" : " " + option.paramLabel()))
                        .sorted()
                        .toList();
        assertThat(taken).isNotEmpty();
        assertThat(Help.options(command)).isEqualTo(taken);
    }
}
