package io.trawl.refreshindicators;

import io.trawl.etl.Etl;
import io.trawl.etl.IndicatorSnapshot;
import io.trawl.etl.Job;
import io.trawl.etl.JobFailure;
import io.trawl.etl.Jobs;
import io.trawl.etl.LakeStore;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Run;
import io.trawl.etl.Settings;
import io.trawl.etl.Source;
import io.trawl.intel.Feeds;
import io.trawl.intel.IndicatorIndex;
import io.trawl.record.Indicator;
import io.trawl.record.InvalidRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import picocli.CommandLine.Option;

/**
 * Reads feeds into lake.indicators: what the feeds have now replaces what the table had, as one snapshot, with the index
 * file that sweeps use. Feeds that say the same as before make no new snapshot.
 */
public final class RefreshIndicatorsJob implements Job {
    /** Source name under which rejected lines stand in lake.invalid_records. */
    private static final String SOURCE = "indicators";

    @Option(
            names = "--feeds",
            paramLabel = "FOLDER|FILE",
            description = "Feed files, or folders of them; default: setting indicators.folder.",
            split = ",")
    private List<Path> feeds = new ArrayList<>();

    public static void main(String[] args) {
        Jobs.main(args, new RefreshIndicatorsJob());
    }

    @Override
    public String name() {
        return "refresh-indicators";
    }

    @Override
    public String purpose() {
        return "Reads feed files (plain lists, CSV, blocklists) into lake.indicators, with the index file that sweeps use.";
    }

    @Override
    public boolean windowed() {
        return false;
    }

    @Override
    public void check(Settings settings) {
        files(settings);
    }

    /** The feed files, in order of names. */
    private List<Path> files(Settings settings) {
        List<Path> named = feeds.isEmpty()
                ? settings.list("indicators.folder").stream().map(Path::of).toList()
                : feeds;
        List<Path> files = new ArrayList<>();
        for (Path path : named) {
            if (Files.isRegularFile(path)) {
                files.add(path);
            } else if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.list(path)) {
                    inside.filter(Files::isRegularFile)
                            .filter(file -> !file.getFileName().toString().startsWith("."))
                            .forEach(files::add);
                } catch (IOException e) {
                    throw new IllegalArgumentException("--feeds " + path + " cannot be read: " + e.getMessage(), e);
                }
            } else {
                throw new IllegalArgumentException(
                        "--feeds " + path
                                + ": no such file or folder; expected feed files, as --feeds /etc/trawl/feeds (setting indicators.folder)");
            }
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "--feeds " + named + ": no feed file in it; expected lists of indicators, one file a feed");
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }

    @Override
    public void run(Run run) throws Exception {
        Long base = run.lake().snapshot(LakeTable.INDICATORS);
        Long invalidBase = run.lake().snapshot(LakeTable.INVALID_RECORDS);
        List<Indicator> indicators = new ArrayList<>();
        List<InvalidRecord> rejected = new ArrayList<>();
        for (Path file : files(run.settings())) {
            String feed = file.getFileName().toString();
            try (InputStream in = Files.newInputStream(file)) {
                Feeds.Count count = Feeds.read(
                        in, feed, indicators::add, line -> rejected.add(rejected(run, feed, line, rejected.size())));
                run.note(feed + ": " + count.indicators() + " indicators, " + count.rejected() + " rejected, "
                        + count.repeated() + " repeated");
                run.count("repeated", count.repeated());
            } catch (IOException e) {
                throw new JobFailure("feed " + file + " cannot be read: " + e.getMessage(), e);
            }
        }
        indicators.sort(Comparator.comparing(Indicator::getType)
                .thenComparing(Indicator::getValue)
                .thenComparing(Indicator::getFeed));
        run.count("indicators", indicators.size());
        run.count("rejected", rejected.size());
        Map<String, Long> types = new HashMap<>();
        indicators.forEach(indicator -> types.merge("indicators." + indicator.getType(), 1L, Long::sum));
        run.counts(types);

        Table table = run.lake().table(LakeTable.INDICATORS);
        Snapshot current = table.currentSnapshot();
        Index index = writeIndex(run, indicators);
        if (current != null && index.digest().equals(current.summary().get(IndicatorSnapshot.DIGEST))) {
            run.state().files().delete(new org.apache.hadoop.fs.Path(index.uri()), false);
            run.note("the feeds say what they said before: snapshot " + current.snapshotId() + " stays");
            run.indicators(current.snapshotId());
            run.output(LakeTable.INDICATORS, current);
        } else {
            Map<String, String> properties = new HashMap<>(run.properties());
            properties.put(IndicatorSnapshot.INDEX, index.uri());
            properties.put(IndicatorSnapshot.DIGEST, index.digest());
            LakeStore<Indicator> store =
                    run.lake().replacing(LakeTable.INDICATORS, Expressions.alwaysTrue(), base, properties);
            Etl.from(Source.of(indicators)).store(store).run();
            run.indicators(store.committed().snapshotId());
            run.output(LakeTable.INDICATORS, store.committed());
        }
        LakeStore<InvalidRecord> invalid = run.lake()
                .replacing(
                        LakeTable.INVALID_RECORDS, Expressions.equal("source", SOURCE), invalidBase, run.properties());
        Etl.from(Source.of(rejected)).store(invalid).run();
        run.output(LakeTable.INVALID_RECORDS, invalid.committed());
        run.record();
    }

    private static InvalidRecord rejected(Run run, String feed, Feeds.Rejected line, int number) {
        Instant day = run.started().truncatedTo(ChronoUnit.DAYS);
        InvalidRecord invalid = new InvalidRecord();
        invalid.setEventId(String.format("%032x", number));
        invalid.setSource(SOURCE);
        invalid.setWindow(day);
        invalid.setPartition(0);
        invalid.setOffset((long) line.line());
        invalid.setAppendTime(run.started().truncatedTo(ChronoUnit.MICROS));
        invalid.setLog(feed);
        invalid.setRaw(ByteBuffer.wrap(line.text().getBytes(StandardCharsets.UTF_8)));
        invalid.setReason("indicator");
        invalid.setMessage(feed + " line " + line.line() + ": " + line.reason());
        invalid.setParser("feed/1");
        invalid.setSchemaVersion(1);
        return invalid;
    }

    /** A written index file, and a hash of the indicators in it. */
    private record Index(String uri, String digest) {}

    private static Index writeIndex(Run run, List<Indicator> indicators) throws IOException, NoSuchAlgorithmException {
        org.apache.hadoop.fs.Path target = run.state().path("index/" + run.id() + ".index");
        FileSystem files = run.state().files();
        files.mkdirs(target.getParent());
        org.apache.hadoop.fs.Path temporary = new org.apache.hadoop.fs.Path(target.getParent(), "." + target.getName());
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (OutputStream out = new BufferedOutputStream(files.create(temporary, true), 1 << 20)) {
            IndicatorIndex.write(indicators, out);
        }
        try (DigestOutputStream sum = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            for (Indicator indicator : indicators) {
                sum.write(indicator.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        if (!files.rename(temporary, target)) {
            throw new IOException(target + " cannot be made: a file of that name is there");
        }
        return new Index(target.toString(), HexFormat.of().formatHex(digest.digest()));
    }
}
