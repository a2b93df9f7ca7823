package io.trawl.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.audit.AuditJob;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.SourceParser;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.enrich.EnrichJob;
import io.trawl.flow.Tally;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.parsing.Parser;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.validate.ValidateJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The jobs on the windows of a command, one after the other in one Spark, as Airflow runs them one after the other. */
final class Sweep implements AutoCloseable {
    /** The source that all logs are of. */
    static final String SOURCE = "files";

    private final LakeFolder folder;
    private final Settings settings;
    private final SparkSession spark;
    private final Progress progress;
    private final SourceParser parser;
    private final State state;
    private final State reports;
    private final String runId =
            "sweep-" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);

    Sweep(LakeFolder folder, Settings settings, SparkSession spark, Progress progress) throws IOException {
        this.folder = folder;
        this.settings = settings;
        this.spark = spark;
        this.progress = progress;
        this.parser = settings.source(SOURCE).sourceParser();
        this.state = State.at(settings.text("state.dir"), new Configuration());
        this.reports = State.at(settings.text("reports.dir"), new Configuration());
    }

    /**
     * Sweeps what was not swept so before.
     *
     * @param again sweep all of it
     * @return what was found, for a person or a program
     */
    ObjectNode run(SweptBy by, List<LogInputs.Swept> logs, boolean again) throws IOException {
        JsonNode indicators = refresh(by, again);
        // In the order of their windows: correlations look at the windows before.
        List<LogInputs.Swept> inOrder = new ArrayList<>(logs);
        inOrder.sort(Comparator.comparing(log -> log.window().start()));
        Map<LogInputs.Swept, ObjectNode> byLog = new HashMap<>();
        boolean judged = !by.rules().isEmpty() || by.brands() != null;
        boolean changed = again;
        for (LogInputs.Swept log : inOrder) {
            ObjectNode one = swept(log, indicators, changed);
            // Correlations and new domains hang on the windows before.
            changed |= judged && !one.path("unchanged").asBoolean();
            byLog.put(log, one);
        }
        List<ObjectNode> swept =
                logs.stream().map(log -> Objects.requireNonNull(byLog.get(log))).toList();
        progress.say("summary");
        return summary(indicators, logs, swept);
    }

    private ObjectNode swept(LogInputs.Swept log, JsonNode indicators, boolean again) throws IOException {
        ObjectNode made = made(log, indicators);
        String name = "swept/" + SOURCE + "/" + name(log.window()) + ".json";
        JsonNode before = again ? null : state.read(name);
        if (before != null && before.path("made_of").equals(made)) {
            return ((ObjectNode) before.path("log")).put("log", log.name()).put("unchanged", true);
        }
        ObjectNode one = window(log);
        ObjectNode file = Json.MAPPER.createObjectNode();
        file.set("made_of", made);
        file.set("log", one);
        state.replace(name, file);
        return one;
    }

    /** What a window's result depends on: if none of it has changed, a sweep would give the same rows. */
    private ObjectNode made(LogInputs.Swept log, JsonNode indicators) {
        ObjectNode made = Json.MAPPER
                .createObjectNode()
                .put("digest", log.file().digest())
                .put("format", String.join(",", settings.source(SOURCE).formats()))
                .put("parser", parser.parser().id())
                .put("indicators", indicators.path("indicator_snapshot").asText())
                .put("code", Run.CODE_VERSION);
        if (!parser.digests().isEmpty()) {
            made.set("formats", Json.MAPPER.valueToTree(parser.digests()));
        }
        return made;
    }

    /** Reads the indicators, unless they, allowlists and rules were the same in the sweep before; gives the job's report. */
    private JsonNode refresh(SweptBy by, boolean again) throws IOException {
        ObjectNode made = Json.MAPPER.createObjectNode().put("code", Run.CODE_VERSION);
        made.set("feeds", IndicatorFiles.digests(by.feeds()));
        made.set("allowlists", IndicatorFiles.digests(by.allowlists()));
        made.set("rules", IndicatorFiles.digests(by.rules()));
        made.set("placeholders", IndicatorFiles.digests(SweptBy.list(by.placeholders())));
        if (by.fields() != null) {
            made.set("fields", IndicatorFiles.digests(SweptBy.list(by.fields())));
        }
        if (by.stixMapping() != null) {
            made.set("stix_mapping", IndicatorFiles.digests(SweptBy.list(by.stixMapping())));
        }
        made.set("brands", IndicatorFiles.digests(SweptBy.list(by.brands())));
        made.put("odd_hosts", by.oddHosts());
        String name = "swept/indicators.json";
        JsonNode before = again ? null : state.read(name);
        if (before != null && before.path("made_of").equals(made)) {
            return before.path("report");
        }
        progress.say("refresh-indicators");
        JsonNode report = job(
                new RefreshIndicatorsJob(),
                "refresh-indicators.json",
                List.of(
                        "--feeds",
                        names(by.feeds()),
                        "--allowlists",
                        names(by.allowlists()),
                        "--rules",
                        names(by.rules()),
                        "--placeholders",
                        names(SweptBy.list(by.placeholders())),
                        "--fields",
                        names(SweptBy.list(by.fields())),
                        "--stix-mapping",
                        names(SweptBy.list(by.stixMapping())),
                        "--set",
                        "brands.file=" + names(SweptBy.list(by.brands())),
                        "--set",
                        "hosts.level=" + by.oddHosts()));
        ObjectNode file = Json.MAPPER.createObjectNode();
        file.set("made_of", made);
        file.set("report", report);
        state.replace(name, file);
        return report;
    }

    private static String names(List<Path> files) {
        return files.stream().map(Path::toString).collect(Collectors.joining(","));
    }

    /** Sweeps one log. */
    private ObjectNode window(LogInputs.Swept log) throws IOException {
        JsonNode ingest = job(new IngestJob(), log);
        // Formats and indicators that are named now, also where the window was swept with others before.
        JsonNode validate = job(new ValidateJob(), log, "--formats", "latest");
        JsonNode enrich = job(new EnrichJob(), log, "--indicators", "latest");
        JsonNode audit = job(new AuditJob(), log);
        JsonNode counts = validate.path("counts");
        ObjectNode one = Json.MAPPER.createObjectNode();
        one.put("log", log.name()).put("unchanged", false);
        one.put("window", log.file().window().toString())
                .put("partition", log.file().number());
        // A line of several records is as many lines.
        long more =
                counts.path(Tally.RECORDS).asLong() - counts.path(Tally.WRAPPED).asLong();
        one.put("lines", ingest.path("counts").path("messages").asLong() + more);
        one.put("valid", counts.path("valid").asLong());
        List<Parser> formats = parser.parser().formats();
        if (formats.size() > 1) {
            ObjectNode by = one.putObject("valid_by_format");
            formats.forEach(format ->
                    by.put(format.name(), counts.path("valid." + format.name()).asLong()));
        }
        one.put("invalid", audit.path("counts").path("invalid").asLong());
        one.put("copies", counts.path("copies").asLong());
        ObjectNode reasons = one.putObject("invalid_reasons");
        counts.fields().forEachRemaining(count -> {
            if (count.getKey().startsWith("invalid.")) {
                reasons.set(count.getKey().substring("invalid.".length()), count.getValue());
            }
        });
        one.put("detections", enrich.path("counts").path("detections").asLong());
        one.put("suppressed", enrich.path("counts").path("suppressed").asLong());
        one.put("observables", enrich.path("counts").path("observables").asLong());
        one.set("audit", audit.path("notes"));
        return one;
    }

    private JsonNode job(Job job, LogInputs.Swept log, String... more) throws IOException {
        progress.say(log.name() + ": " + job.name());
        List<String> arguments = new ArrayList<>(
                List.of("--source", SOURCE, "--window", log.window().toString()));
        arguments.addAll(List.of(more));
        return job(job, job.name() + "/" + SOURCE + "/" + name(log.window()) + ".json", arguments);
    }

    /** Runs a job as its main does, and gives its report. */
    private JsonNode job(Job job, String report, List<String> more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--conf", folder.conf().toString(), "--run-id", runId, "--report", report));
        arguments.addAll(more);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                job,
                Clock.systemUTC(),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        if (status != 0) {
            String line = said.toString(StandardCharsets.UTF_8).strip();
            String own = "trawl " + job.name() + ": ";
            String message = job.name() + ": " + (line.startsWith(own) ? line.substring(own.length()) : line);
            if (status == 2) {
                throw new IllegalArgumentException(message);
            }
            throw new JobFailure(message + " (Spark's log: " + folder.log() + ")", null);
        }
        @Nullable JsonNode written = reports.read(report);
        return Objects.requireNonNull(written, report);
    }

    private static String name(Window window) {
        return window.start().toString().replace(":", "");
    }

    private ObjectNode summary(JsonNode indicators, List<LogInputs.Swept> logs, List<ObjectNode> swept)
            throws IOException {
        ObjectNode summary = Json.MAPPER.createObjectNode();
        summary.put("lake", folder.path().toString());
        summary.put("format", String.join(",", settings.source(SOURCE).formats()));
        ObjectNode known = summary.putObject("indicators");
        known.put("count", indicators.path("counts").path("indicators").asLong());
        known.put("rejected", indicators.path("counts").path("rejected").asLong());
        known.put("snapshot", indicators.path("indicator_snapshot").asLong());
        known.set("notes", indicators.path("notes"));
        ArrayNode list = summary.putArray("logs");
        swept.forEach(list::add);
        for (String count : List.of("lines", "valid", "invalid", "copies")) {
            summary.put(
                    count,
                    swept.stream().mapToLong(log -> log.path(count).asLong()).sum());
        }
        try (Lake lake = Lake.open(settings, spark.sparkContext().hadoopConfiguration())) {
            Findings findings = Findings.of(lake, logs, swept);
            summary.set("detections", findings.detections());
            summary.set("invalid_reasons", findings.invalid());
            Tables.write(lake, folder.tables());
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        summary.put("duckdb", Tables.command(folder.tables()));
        return summary;
    }

    @Override
    public void close() {
        spark.close();
    }
}
