package io.trawl.bench.frame;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that is measured whole, from its start to its end.
 *
 * @param name for messages
 */
public record Program(String name, List<String> command, Map<String, String> environment) {
    /**
     * What a run took, or the least of several.
     *
     * @param wall seconds
     * @param cpu seconds, of user and system
     * @param peak most bytes that were resident
     * @param first seconds until the answer began
     */
    public record Took(double wall, double cpu, double peak, double first) {
        public Took least(Took other) {
            return new Took(
                    Math.min(wall, other.wall),
                    Math.min(cpu, other.cpu),
                    Math.max(peak, other.peak),
                    Math.min(first, other.first));
        }
    }

    /**
     * Runs it.
     *
     * @param python runs bench/peers/measure.py
     * @param answer takes what it prints
     * @throws BenchFailure if it ends with another status than 0
     */
    public Took run(Path python, Path measure, Path answer) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(python.toString(), measure.toString(), answer.toString()));
        words.addAll(command);
        Path log = answer.resolveSibling(answer.getFileName() + ".log");
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said;
        try {
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
        } finally {
            process.destroy();
        }
        JsonNode took = said.startsWith("{") ? Json.MAPPER.readTree(said) : Json.MAPPER.nullNode();
        if (took.path("status").asInt(-1) != 0) {
            String last = Files.readString(log).strip();
            throw new BenchFailure(name + " failed: " + last.substring(last.lastIndexOf('\n') + 1));
        }
        return new Took(
                took.path("wall").asDouble(),
                took.path("cpu").asDouble(),
                took.path("peak").asDouble(),
                took.path("first").asDouble());
    }
}
