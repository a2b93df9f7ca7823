package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.testing.Help;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Help is bin/trawl's, so that it needs no build; it lists the options that are taken here. */
class HelpTest {
    @Test
    void listsTheOptionsThatAreTaken() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        try (SweepCommand sweep = new SweepCommand(InputStream.nullInputStream(), nowhere, nowhere)) {
            List<String> taken = new CommandLine(sweep)
                    .getCommandSpec().options().stream()
                            .map(CommandLine.Model.OptionSpec::longestName)
                            .sorted()
                            .toList();
            assertThat(taken).isNotEmpty();
            assertThat(Help.names("sweep")).isEqualTo(taken);
        }
    }
}
