package io.trawl.validate;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;

import io.trawl.etl.EarlierCopies;
import io.trawl.etl.FileRanges;
import io.trawl.etl.Job;
import io.trawl.etl.Jobs;
import io.trawl.etl.LakeStore;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Ledger;
import io.trawl.etl.Run;
import io.trawl.etl.SeenFiles;
import io.trawl.etl.Store;
import io.trawl.etl.Tally;
import io.trawl.flow.Flow;
import io.trawl.parsing.Parser;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Parses the raw lines of one window; what fails to parse or to meet the schema is kept as invalid. */
public final class ValidateJob implements Job {
    public static void main(String[] args) {
        Jobs.main(args, new ValidateJob());
    }

    @Override
    public String name() {
        return "validate";
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
    public void run(Run run) throws IOException {
        Long eventsBase = run.lake().snapshot(LakeTable.PROXY_EVENTS);
        Long invalidBase = run.lake().snapshot(LakeTable.INVALID_RECORDS);
        Ledger.Entry ingest = run.ledger().require(run.source().name(), "ingest", run.window());
        run.lines(ingest.counts().getOrDefault("raw", 0L));
        long raw = ingest.output(LakeTable.RAW_LINES);
        run.input(LakeTable.RAW_LINES, raw);

        LakeStore<ProxyEvent> events = run.replacing(LakeTable.PROXY_EVENTS, eventsBase);
        LakeStore<InvalidRecord> invalid = run.replacing(LakeTable.INVALID_RECORDS, invalidBase);
        Parser parser = run.source().parser();
        // Also of an empty window: the next one goes on from here.
        SeenFiles seen = SeenFiles.before(run);
        Copies copies = run.lake().isEmpty(LakeTable.RAW_LINES, run.source().name(), run.window(), raw)
                ? null
                : copies(run, ingest, raw, seen);
        long copied = copies == null ? 0 : copies.count();
        Tally tally = run(copies == null ? Flow.of(List.of()) : Flow.of(copies.without()), parser, events, invalid);

        run.count("raw", tally.count("in") + copied);
        run.count("valid", tally.count("stored.proxy_events"));
        run.count("copies", copied);
        run.count("copies_earlier", copies == null ? 0 : copies.earlier().count());
        tally.counts().forEach((name, count) -> {
            if (name.startsWith("invalid")) {
                run.count(name, count);
            }
        });
        run.version("parser", parser.id());
        run.version("schema", "ProxyEvent/1");
        run.output(LakeTable.PROXY_EVENTS, events.committed());
        run.output(LakeTable.INVALID_RECORDS, invalid.committed());
        if (copies != null && copies.earlier().count() > 0) {
            run.detail(copies.earlier().detail());
        }
        run.record();
    }

    private static Copies copies(Run run, Ledger.Entry ingest, long raw, SeenFiles seen) throws IOException {
        // Without the headers: all that a parser needs has a column, and maps are dear to read.
        String[] fields = RawLine.SCHEMA$.getFields().stream()
                .map(Schema.Field::name)
                .filter(field -> !field.equals("headers"))
                .toArray(String[]::new);
        String source = run.source().name();
        Dataset<Row> lines = run.lake()
                .rows(run.spark(), LakeTable.RAW_LINES, source, run.window(), raw)
                .drop("headers");
        FileRanges noted = FileRanges.noted(ingest);
        FileRanges own = noted == null ? FileRanges.in(lines) : noted;
        return Copies.in(
                lines,
                run.lake().blocks(run.spark(), LakeTable.RAW_LINES, source, run.window(), raw, "event_id"),
                run.lake().read(run.spark(), LakeTable.RAW_LINES, source, run.window(), raw, fields),
                EarlierCopies.find(run, lines, own, seen));
    }
}
