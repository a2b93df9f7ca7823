package io.trawl.bench.hot;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Side;
import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * What the parts of {@code bench hot} work with.
 *
 * @param home the project's folder
 * @param settings of the hot job that differ, key=value
 * @param indicators in the snapshot
 */
public record HotSite(
        LocalStack stack,
        Path home,
        Path work,
        List<String> settings,
        Duration batch,
        long indicators,
        Consumer<String> progress) {
    /** JVM flags of everything that is measured: the second compiler too, as for a job that lives for weeks. */
    public static final String FLAGS = "-XX:+UseSerialGC -Xshare:auto";

    public String bootstrap() {
        return "127.0.0.1:" + stack.port("kafka");
    }

    /** The stack's settings, as jobs read them. */
    public Settings trawl() {
        return Settings.load(stack.conf(), new LinkedHashMap<>());
    }

    /** Starts the hot job of a source. */
    public HotRun hot(String source) throws IOException, InterruptedException {
        return HotRun.start(stack, home, source, settings);
    }

    /** Says what goes on. */
    public void say(String form, Object... values) {
        progress.accept(String.format(Locale.ROOT, form, values));
    }

    /**
     * Runs a job to its end, as bin/trawl run does.
     *
     * @return its report
     */
    public JsonNode job(String... arguments) throws IOException, InterruptedException {
        Path log = stack.stateDir().resolve("logs").resolve("bench-" + arguments[0] + ".log");
        Process process = HotRun.trawlRun(stack, home, List.of(arguments))
                .redirectError(log.toFile())
                .start();
        String said;
        int status;
        try {
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            status = process.waitFor();
        } finally {
            process.destroy();
        }
        if (status != 0) {
            throw new BenchFailure(
                    arguments[0] + " failed: " + Files.readString(log).strip());
        }
        return Json.MAPPER.readTree(said);
    }

    /** A JVM of the bench's own with Spark in it, local[2], and no server. */
    public Side spark(String name, Class<?> main, String heap) throws IOException {
        Path temporary = Files.createDirectories(work.resolve("tmp"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(Arrays.asList(FLAGS.split(" ")));
        command.add("-Xmx" + heap);
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-Dlog4j2.configurationFile=classpath:io/trawl/bench/log4j2.properties");
        Map.of(
                        "spark.master", "local[2]",
                        "spark.ui.enabled", "false",
                        "spark.ui.showConsoleProgress", "false",
                        "spark.driver.host", "127.0.0.1",
                        "spark.driver.bindAddress", "127.0.0.1",
                        "spark.local.dir", temporary.toString())
                .forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return new Side(name, command, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), work, work.resolve(name + ".log"));
    }

    public static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }
}
