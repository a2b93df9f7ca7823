package io.trawl.it;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.trawl.base.State;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.maintain.MaintainJob;
import io.trawl.run.Jobs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * A lake, a state folder and reports of one test's own, so that its maintenance can be told that days have passed. Kafka and
 * HBase are shared.
 */
final class Site {
    private final Path conf;
    private final String root;
    private final Map<String, String> settings;

    private Site(Path conf, String root, Map<String, String> settings) {
        this.conf = conf;
        this.root = root;
        this.settings = settings;
    }

    /**
     * @param folder for the catalog's database
     * @param name a name that no other test has
     */
    static Site of(Path conf, Path folder, String name) throws Exception {
        String root = new Sweeper(conf, name, Map.of()).settings().text("state.dir") + "-" + name;
        String state = root + "/state";
        // What the clock of a maintenance would take for old in HBase is other tests'.
        State.at(state, Sweeper.HADOOP)
                .replace(
                        "maintain/hbase.json",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("done", Instant.now().toString()));
        return new Site(
                conf,
                root,
                Map.of(
                        "lake.warehouse",
                        root + "/lake",
                        "lake.type",
                        "jdbc",
                        "lake.catalog.uri",
                        "jdbc:sqlite:" + folder.resolve("catalog.db"),
                        "state.dir",
                        state,
                        "reports.dir",
                        root + "/reports",
                        "maintain.compact.files",
                        "2"));
    }

    Sweeper source(String name, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(more);
        return new Sweeper(conf, name, all);
    }

    /**
     * Puts the declaration of a format of the site's own on HDFS, in the place of one that was there.
     *
     * @param folder its name
     * @param name the format's
     * @return what setting formats.folder says to have that folder
     */
    String declare(String folder, String name, String declaration) throws IOException {
        var place = new org.apache.hadoop.fs.Path(root, folder);
        var file = new org.apache.hadoop.fs.Path(place, name + ".yaml");
        try (OutputStream out = file.getFileSystem(Sweeper.HADOOP).create(file)) {
            out.write(declaration.getBytes(StandardCharsets.UTF_8));
        }
        return place.toString();
    }

    /** Every row of a table's newest state, of all sources. */
    static List<Record> rows(Sweeper source, LakeTable<?> table) throws Exception {
        List<Record> rows = new ArrayList<>();
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.table(table)).build()) {
            records.forEach(rows::add);
        }
        return rows;
    }

    /**
     * Runs maintenance.
     *
     * @param later how far its clock is ahead
     * @param dieBefore the step before which it is killed; none where it is empty
     * @return its exit status, and what it said
     */
    static String maintain(Sweeper source, Duration later, String dieBefore) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                source.arguments(null).toArray(new String[0]),
                new MaintainJob(Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC), step -> {
                    if (step.equals(dieBefore)) {
                        throw new IllegalStateException("killed");
                    }
                }),
                Clock.systemUTC(),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + err.toString(StandardCharsets.UTF_8).strip();
    }
}
