package io.trawl.bench.frame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that is measured: told what to do by a line of JSON on its standard input, it answers with one on its
 * standard output, and ends with its input.
 */
public final class Side implements AutoCloseable {
    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedWriter to;
    private final BufferedReader from;

    /** @param log takes what the process says on standard error */
    public Side(String name, List<String> command, Map<String, String> environment, Path folder, Path log)
            throws IOException {
        this.name = name;
        this.log = log;
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
        builder.environment().putAll(environment);
        this.process = builder.start();
        this.to = process.outputWriter(StandardCharsets.UTF_8);
        this.from = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The next answer. */
    public JsonNode answer() throws IOException {
        String line = from.readLine();
        // The JVM itself may say something on its standard output, as that it records.
        while (line != null && !line.startsWith("{")) {
            line = from.readLine();
        }
        if (line == null) {
            throw new BenchFailure(name + " ended before it answered: " + lastWords() + "; its log is " + log);
        }
        JsonNode answer = Json.MAPPER.readTree(line);
        if (answer.has("error")) {
            throw new BenchFailure(name + ": " + answer.get("error").asText() + "; its log is " + log);
        }
        return answer;
    }

    /** Asks, and waits for the answer. */
    public JsonNode ask(ObjectNode question) throws IOException {
        try {
            to.write(question.toString());
            to.newLine();
            to.flush();
        } catch (IOException e) {
            throw new BenchFailure(name + " has ended: " + lastWords() + "; its log is " + log);
        }
        return answer();
    }

    private String lastWords() throws IOException {
        List<String> said = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        return said.isEmpty() ? "it said nothing" : said.get(said.size() - 1);
    }

    @Override
    public void close() {
        try {
            to.close();
            if (process.waitFor(20, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It has closed its input: it ends.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
