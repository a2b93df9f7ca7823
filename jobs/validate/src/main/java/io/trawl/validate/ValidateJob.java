package io.trawl.validate;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;

import io.trawl.base.LogSource;
import io.trawl.base.SourceParser;
import io.trawl.copies.EarlierCopies;
import io.trawl.copies.FileRanges;
import io.trawl.copies.SeenFiles;
import io.trawl.flow.Flow;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.lake.LakeTable;
import io.trawl.parsing.Parser;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.run.Input;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Reads;
import io.trawl.run.Run;
import io.trawl.schema.SchemaVersion;
import io.trawl.schema.word.Stage;
import io.trawl.steps.HeaderLines;
import io.trawl.steps.SourceFormats;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Option;

/** Parses the raw lines of one window; what fails to parse or to meet the schema is kept as invalid. */
public final class ValidateJob implements Job {
    /** The step in which the ledger gets its entry; all is committed before. */
    public static final String RECORD = "record";

    /** Which formats lines are parsed by. */
    enum Which {
        pinned,
        latest
    }

    @Option(
            names = "--formats",
            paramLabel = "pinned|latest",
            description =
                    "pinned: those that made the window's newest result (default); latest: today's, pinned from now on.")
    private Which formats = Which.pinned;

    private final Consumer<String> steps;

    public ValidateJob() {
        this(step -> {});
    }

    /** @param steps hears of a step before it is done */
    public ValidateJob(Consumer<String> steps) {
        this.steps = steps;
    }

    public static void main(String[] args) {
        Jobs.main(args, new ValidateJob());
    }

    @Override
    public String name() {
        return Stage.VALIDATE.name();
    }

    @Override
    public String purpose() {
        return "Parses the raw lines of a window into lake.proxy_events; keeps invalid lines in lake.invalid_records.";
    }

    /** @return how many lines came in, and what became of each */
    static Tally run(Flow<RawLine> lines, Parser parser, Store<ProxyEvent> events, Store<InvalidRecord> invalid) {
        return lines.then(parse(parser))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid)
                .run();
    }

    @Override
    public List<Reads> reads() {
        return List.of(Reads.of(Stage.INGEST, LakeTable.RAW_LINES));
    }

    @Override
    public List<LakeTable<?>> writes() {
        return List.of(LakeTable.PROXY_EVENTS, LakeTable.INVALID_RECORDS);
    }

    @Override
    public void check(LogSource source) {
        source.checkFormats();
    }

    @Override
    public void run(Run run) throws IOException {
        Input<RawLine> raw = run.reading(LakeTable.RAW_LINES);
        boolean latest = formats == Which.latest;
        SourceParser reading = latest ? run.source().sourceParser() : SourceFormats.pinned(run);
        Parser parser = reading.parser();
        // How many lines there are in messages of several records is not known yet: executors take them.
        if (!parser.hasRecords()) {
            run.lines(raw.entry().counts().getOrDefault("raw", 0L));
        }
        SourceFormats.keep(run, reading);
        // Also of an empty window: the next one goes on from here.
        SeenFiles seen = SeenFiles.before(run);
        Copies copies = raw.isEmpty() ? null : copies(run, raw, seen);
        long copied = copies == null ? 0 : copies.count();
        Tally tally = run(
                copies == null ? Flow.of(List.of()) : Flow.of(copies.without()),
                parser,
                run.replacing(LakeTable.PROXY_EVENTS),
                run.replacing(LakeTable.INVALID_RECORDS));

        run.count("raw", tally.count("in") + copied);
        run.count("valid", tally.count("stored.proxy_events"));
        if (parser.formats().size() > 1) {
            parser.formats()
                    .forEach(format ->
                            run.count("valid." + format.name(), tally.count("stored.proxy_events." + format.name())));
        }
        run.count("copies", copied);
        run.count("copies_earlier", copies == null ? 0 : copies.earlier().count());
        tally.counts().forEach((name, count) -> {
            if (name.startsWith("invalid")) {
                run.count(name, count);
            }
        });
        SourceFormats.note(run, reading);
        run.version("formats", latest ? "latest" : "pinned");
        HeaderLines.note(run);
        if (parser.hasRecords()) {
            run.count(Tally.WRAPPED, tally.count(Tally.WRAPPED));
            run.count(Tally.RECORDS, tally.count(Tally.RECORDS));
        }
        run.version("schema", SchemaVersion.ofEvents());
        if (copies != null && copies.earlier().count() > 0) {
            run.detail(copies.earlier().detail());
        }
        steps.accept(RECORD);
    }

    /** A replay of the window may have run between this run's commits and its entry in the ledger. */
    @Override
    public void afterwards(Run run) {
        run.requireNotOvertaken();
    }

    private static Copies copies(Run run, Input<RawLine> raw, SeenFiles seen) throws IOException {
        // Without the headers: all that a parser needs has a column, and maps are dear to read.
        String[] fields = RawLine.SCHEMA$.getFields().stream()
                .map(Schema.Field::name)
                .filter(field -> !field.equals("headers"))
                .toArray(String[]::new);
        Dataset<Row> lines = raw.rows().drop("headers");
        FileRanges noted = FileRanges.noted(raw.entry());
        FileRanges own = noted == null ? FileRanges.in(lines) : noted;
        return Copies.in(lines, raw.blocks("event_id"), raw.records(fields), EarlierCopies.find(run, lines, own, seen));
    }
}
