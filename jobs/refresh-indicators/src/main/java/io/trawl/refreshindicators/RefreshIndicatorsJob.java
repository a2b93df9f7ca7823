package io.trawl.refreshindicators;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.record.Indicator;
import io.trawl.record.InvalidRecord;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.SchemaVersion;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.files.Given;
import io.trawl.steps.files.LocalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Reads feeds into lake.indicators: what the feeds have now replaces what the table had, as one snapshot, with the index
 * file, the allowlists and the rules that sweeps use. If all of them are as before, there is no new snapshot.
 */
public final class RefreshIndicatorsJob implements Job {
    /** Source name under which rejected lines are in lake.invalid_records. */
    private static final String SOURCE = "indicators";
    /** Indicators that are named of those that are on an allowlist. */
    private static final int EXAMPLES = 3;
    /** Bytes that are held of each type of indicator before they are written. */
    private static final long ROW_GROUP = 8L << 20;

    @Option(
            names = "--feeds",
            paramLabel = "FOLDER|FILE",
            description = "Feed files, or folders of them, paths or URLs; default: setting indicators.folder.",
            split = ",")
    private List<String> feeds = new ArrayList<>();

    @Option(
            names = "--allowlists",
            paramLabel = "FOLDER|FILE",
            description =
                    "Allowlists in the form of MISP's warning lists, or folders of them, '' for none; default: setting allowlists.folder.",
            split = ",")
    private @Nullable List<String> allowlists;

    @Option(
            names = "--accept",
            paramLabel = "FEED",
            description =
                    "Feeds (names of files), or all, that may have lost more of their indicators than setting indicators.shrink allows.",
            split = ",")
    private List<String> accepted = new ArrayList<>();

    @Mixin
    private RuleOptions rules = new RuleOptions();

    public static void main(String[] args) {
        Jobs.main(args, new RefreshIndicatorsJob());
    }

    @Override
    public String name() {
        return "refresh-indicators";
    }

    @Override
    public String purpose() {
        return "Reads feed files (plain lists, CSV, blocklists) into lake.indicators, with the index file, the allowlists and the rules that sweeps use.";
    }

    @Override
    public boolean windowed() {
        return false;
    }

    @Override
    public void check(Settings settings) {
        Shrinking.of(settings, accepted);
        Given.requireReadable("--feeds", "indicators.folder", feeds(settings));
        Given.requireReadable("--allowlists", "allowlists.folder", lists(settings));
        if (feeds(settings).stream().noneMatch(Given::isRemote)) {
            files(paths(feeds(settings)));
        }
        List<Path> local = paths(lists(settings));
        for (Path path : local) {
            if (!Files.exists(path)) {
                throw new IllegalArgumentException(
                        "--allowlists " + path
                                + ": no such file or folder; expected MISP's warning lists, for example --allowlists misp-warninglists/lists (setting allowlists.folder)");
            }
        }
        rules.check(settings);
        try {
            Allowlists.read(local);
        } catch (IOException e) {
            throw new IllegalArgumentException("--allowlists " + e.getMessage(), e);
        }
    }

    /** Those that are of this machine. */
    private static List<Path> paths(List<String> names) {
        return names.stream()
                .filter(name -> !Given.isRemote(name))
                .map(Given::local)
                .toList();
    }

    /** Where the feeds are. */
    private List<String> feeds(Settings settings) {
        return feeds.isEmpty() ? settings.list("indicators.folder") : feeds;
    }

    /** The feed files, in order of names. */
    private static List<Path> files(List<Path> named) {
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
                                + ": no such file or folder; expected feed files, for example --feeds /etc/trawl/feeds (setting indicators.folder)");
            }
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "--feeds " + named + ": no feed file in it; expected lists of indicators, one file a feed");
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }

    /** Where the allowlists are; empty if there are to be none. */
    private List<String> lists(Settings settings) {
        List<String> named = allowlists == null ? settings.list("allowlists.folder") : allowlists;
        return named.stream().filter(name -> !name.isEmpty()).toList();
    }

    @Override
    public List<LakeTable<?>> writes() {
        return List.of(LakeTable.INDICATORS, LakeTable.INVALID_RECORDS);
    }

    @Override
    public void run(Run run) throws Exception {
        Path folder = Files.createTempDirectory("trawl-indicators");
        try {
            List<Path> files = files(Given.fetch(feeds(run.settings()), folder.resolve("feeds"), run.settings()));
            Lists lists = lists(run, folder);
            List<Pack> packs = new ArrayList<>();
            if (lists != null) {
                packs.add(lists.pack());
            }
            RuleOptions.Ruled ruled = rules.pack(run, Files.createDirectories(folder.resolve("ruled")));
            if (ruled != null) {
                packs.add(ruled.pack());
            }
            List<Indicator> patterns = ruled == null ? List.of() : ruled.indicators();
            Table table = run.lake().table(LakeTable.INDICATORS);
            Shrinking shrinking = Shrinking.of(run.settings(), accepted);
            shrinking.before(table);
            LakeStore<InvalidRecord> invalid = run.lake()
                    .replacing(
                            LakeTable.INVALID_RECORDS,
                            Expressions.equal("source", SOURCE),
                            run.base(LakeTable.INVALID_RECORDS),
                            run.properties(),
                            ROW_GROUP);
            LocalFile written = index(run, folder, files, patterns, lists, invalid, shrinking);
            Snapshot current = IndicatorSnapshot.content(table);
            if (current != null && isSame(current, written, packs)) {
                run.note("feeds, allowlists and rules have not changed: snapshot " + current.snapshotId() + " stays");
                run.indicators(current.snapshotId());
                run.output(LakeTable.INDICATORS, current);
            } else {
                Snapshot committed = commit(run, written, lists, packs);
                run.indicators(committed.snapshotId());
            }
            Pack.versions(run, packs);
        } finally {
            delete(folder);
        }
    }

    /** The allowlists, and the file that has them all; null if there are none. */
    private record Lists(Allowlists lists, Pack pack) {}

    private @Nullable Lists lists(Run run, Path folder) throws IOException {
        List<Path> given = Given.fetch(lists(run.settings()), folder.resolve("lists"), run.settings());
        if (given.isEmpty()) {
            return null;
        }
        AtomicReference<Allowlists> read = new AtomicReference<>();
        LocalFile file;
        try {
            file = LocalFile.write(folder.resolve("allowlists"), out -> read.set(Allowlists.pack(given, out)));
        } catch (IOException e) {
            throw new JobFailure("allowlists cannot be packed: " + e.getMessage(), e);
        }
        Allowlists lists = Objects.requireNonNull(read.get());
        run.count("allowlists", lists.lists().size());
        run.note(lists.lists().size() + " allowlists with " + lists.size() + " entries");
        List<String> unusable = lists.unusable();
        if (!unusable.isEmpty()) {
            run.note(unusable.size() + " entries of allowlists cannot be used, for example "
                    + String.join("; ", unusable.subList(0, Math.min(EXAMPLES, unusable.size()))));
        }
        return new Lists(
                lists, new Pack(Pack.Kind.ALLOWLISTS, file, lists.lists().size()));
    }

    /** Reads the feeds into an index file; objects of ten million indicators would take gigabytes. */
    private static LocalFile index(
            Run run,
            Path folder,
            List<Path> files,
            List<Indicator> patterns,
            @Nullable Lists lists,
            LakeStore<InvalidRecord> invalid,
            Shrinking shrinking)
            throws IOException {
        try (IndexBuilder index = IndicatorIndex.builder(folder)) {
            invalid.fill(rejected -> {
                Map<String, Long> feeds = new TreeMap<>();
                for (Indicator pattern : patterns) {
                    index.add(pattern);
                    feeds.merge(pattern.getFeed(), 1L, Long::sum);
                }
                feeds.forEach((feed, count) -> shrinking.now(feed, count, 0));
                read(run, index, files, lists, rejected, shrinking);
                run.count("patterns_indexed", patterns.size());
                // Before anything is committed.
                shrinking.refuse();
            });
            return LocalFile.write(folder.resolve("index"), index::write);
        }
    }

    /** What is on one allowlist. */
    private static final class Standing {
        private long count;
        private final List<String> examples = new ArrayList<>();
    }

    /** Reads the feeds into the index, in order of files and lines. */
    private static void read(
            Run run,
            IndexBuilder index,
            List<Path> files,
            @Nullable Lists lists,
            Consumer<? super InvalidRecord> rejected,
            Shrinking shrinking) {
        Map<String, Long> types = new TreeMap<>();
        Map<String, Standing> standing = new TreeMap<>();
        long[] rejections = new long[1];
        for (Path file : files) {
            String feed = file.getFileName().toString();
            try (InputStream in = Files.newInputStream(file)) {
                Feeds.Count count = Feeds.read(
                        in,
                        feed,
                        indicator -> {
                            index.add(indicator);
                            types.merge("indicators." + indicator.getType(), 1L, Long::sum);
                            String list = lists == null ? null : lists.lists().listOf(indicator);
                            if (list != null) {
                                Standing on = standing.computeIfAbsent(list, name -> new Standing());
                                on.count++;
                                if (on.examples.size() < EXAMPLES) {
                                    on.examples.add(indicator.getValue());
                                }
                            }
                        },
                        line -> rejected.accept(rejected(run, feed, line, rejections[0]++)));
                run.note(feed + ": " + count.indicators() + " indicators, " + count.rejected() + " rejected, "
                        + count.repeated() + " repeated");
                run.count("repeated", count.repeated());
                shrinking.now(feed, count.indicators(), count.rejected());
            } catch (IOException e) {
                throw new JobFailure("feed " + file + " cannot be read: " + e.getMessage(), e);
            }
        }
        run.count("indicators", index.size());
        run.count("rejected", rejections[0]);
        run.counts(types);
        run.count(
                "allowlisted",
                standing.values().stream().mapToLong(on -> on.count).sum());
        standing.forEach((list, on) -> run.note("on allowlist '" + list + "': " + on.count
                + (on.count == 1 ? " indicator" : " indicators") + ", for example " + String.join(", ", on.examples)));
    }

    private static boolean isSame(Snapshot current, LocalFile index, List<Pack> packs) {
        Map<String, String> before = current.summary();
        return index.digest().equals(before.get(IndicatorSnapshot.DIGEST)) && Pack.areThoseOf(before, packs);
    }

    /** Puts the files where executors find them, and then the indicators, as the index has them, into the lake. */
    private static Snapshot commit(Run run, LocalFile index, @Nullable Lists lists, List<Pack> packs)
            throws IOException {
        Map<String, String> properties = new HashMap<>(run.properties());
        properties.put(
                IndicatorSnapshot.INDEX,
                run.state()
                        .keep(index.path(), "index/" + index.digest() + ".index")
                        .toString());
        properties.put(IndicatorSnapshot.DIGEST, index.digest());
        for (Pack pack : packs) {
            pack.name(run, properties);
        }
        LakeStore<Indicator> store = run.lake()
                .replacing(
                        LakeTable.INDICATORS,
                        Expressions.alwaysTrue(),
                        run.base(LakeTable.INDICATORS),
                        properties,
                        ROW_GROUP);
        IndicatorIndex indicators = IndicatorIndex.open(index.path());
        store.fill(to -> indicators.forEach(indicator -> {
            indicator.setAllowlisted(lists == null ? null : lists.lists().listOf(indicator));
            to.accept(indicator);
        }));
        // Maintenance may have found them without a snapshot that names them; now it finds one.
        run.state().keep(index.path(), "index/" + index.digest() + ".index");
        for (Pack pack : packs) {
            pack.keep(run);
        }
        return store.committed();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path file : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static InvalidRecord rejected(Run run, String feed, Feeds.Rejected line, long number) {
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
        invalid.setSchemaVersion(SchemaVersion.NEWEST);
        return invalid;
    }
}
