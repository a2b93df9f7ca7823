package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.backtest.BacktestCommand;
import io.trawl.testing.Help;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line of a backtest; BacktestJobTest says what it finds. */
class BacktestCommandTest {
    private static final String RULE = """
            title: Any
            id: 7e0c0e52-6a8c-4a5f-b1c2-3d9c1d3b1a22
            logsource: {category: proxy}
            detection:
                all: {cs-method: GET}
                condition: all
            """;

    @TempDir
    Path folder;

    @Test
    void whatIsWrongIsSaidInOneLine() throws Exception {
        Path rules = Files.writeString(folder.resolve("one.yml"), RULE);
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path conf = Files.writeString(
                folder.resolve("site.conf"),
                "lake.type = hadoop\nlake.warehouse = file://" + folder.resolve("nothing") + "\n");
        Path away = Files.writeString(
                folder.resolve("away.conf"), "lake.type = hadoop\nlake.warehouse = hdfs://127.0.0.1:1/lake\n");
        String window = "--window=2026-11-24T00:00:00Z/2026-11-25T00:00:00Z";
        Map<String, String[]> wrong = new TreeMap<>();
        wrong.put("--window is missing: START/END", new String[] {rules.toString()});
        wrong.put("--window yesterday: expected START/END", new String[] {rules.toString(), "--window=yesterday"});
        wrong.put("no lake of trawl sweep is there", new String[] {rules.toString(), "--lake=" + empty});
        wrong.put("--output text: expected table or json", new String[] {rules.toString(), "--output=text"});
        wrong.put("no such file or folder of rules", new String[] {folder + "/gone.yml", window, "--conf=" + conf});
        wrong.put("there is no lake in file:", new String[] {rules.toString(), window, "--conf=" + conf});
        wrong.put("HDFS at ", new String[] {rules.toString(), window, "--conf=" + away});
        wrong.put(
                "source nobody is not in trawl.conf",
                new String[] {rules.toString(), window, "--conf=" + conf, "--source=nobody"});
        wrong.put("no rule in it", new String[] {empty.toString(), window, "--conf=" + conf});
        wrong.put(
                "--placeholders " + folder + "/gone: no such file",
                new String[] {rules.toString(), window, "--placeholders=" + folder + "/gone"});
        wrong.forEach((part, words) -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int status = new BacktestCommand(
                            new PrintStream(out, true, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8))
                    .run(words);
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .startsWith("trawl rules: ")
                    .contains(part)
                    .hasLineCount(1);
            assertThat(status).isEqualTo(2);
            assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        });
        assertThat(folder.resolve("nothing")).doesNotExist();
    }

    @Test
    void helpListsTheOptionsThatAreTaken() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        List<String> taken = new CommandLine(new BacktestCommand(nowhere, nowhere))
                .getCommandSpec().options().stream()
                        .map(CommandLine.Model.OptionSpec::longestName)
                        .toList();
        assertThat(taken).isNotEmpty();
        assertThat(Help.names("rules")).containsAll(taken);
    }
}
