package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeSchemas;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Indicator;
import io.trawl.run.Job;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.testing.Lines;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.actions.SparkActions;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndicatorSnapshotTest {
    private static final IndicatorSnapshot.Pack OLD = new IndicatorSnapshot.Pack("file:/old.zip", "0123");
    private static final IndicatorSnapshot.Pack NEW = new IndicatorSnapshot.Pack("file:/new.zip", "4567");

    @TempDir
    Path folder;

    private Settings settings;
    private Lake lake;
    private State state;

    @BeforeEach
    void open() throws Exception {
        settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        lake = Lake.open(settings, new Configuration());
        state = State.at(folder.resolve("state").toUri().toString(), new Configuration());
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    private Run run(String id) {
        return run(id, new Sweeps(false, 0));
    }

    private Run run(String id, Job job) {
        return Run.local(job, id, settings, lake, state, settings.source("proxy"), Lines.WINDOW);
    }

    private long load(String index, IndicatorSnapshot.@Nullable Pack lists, Indicator... indicators) {
        Map<String, String> properties = new HashMap<>(Map.of(IndicatorSnapshot.INDEX, index));
        if (lists != null) {
            properties.put(IndicatorSnapshot.ALLOWLISTS, lists.file());
            properties.put(IndicatorSnapshot.ALLOWLISTS_DIGEST, lists.digest());
        }
        LakeStore<Indicator> store = lake.replacing(
                LakeTable.INDICATORS,
                Expressions.alwaysTrue(),
                lake.snapshot(LakeTable.INDICATORS),
                properties,
                1 << 20);
        store.fill(to -> List.of(indicators).forEach(to));
        return store.committed().snapshotId();
    }

    private static Indicator indicator(String value, @Nullable String allowlisted) {
        Indicator indicator = new Indicator();
        indicator.setIndicatorId("0".repeat(32));
        indicator.setType("domain");
        indicator.setValue(value);
        indicator.setOriginal(value);
        indicator.setFeed("feed");
        indicator.setLine(1);
        indicator.setLabels(List.of());
        indicator.setAllowlisted(allowlisted);
        return indicator;
    }

    @Test
    void aWindowKeepsTheIndicatorsAndAllowlistsOfItsFirstSweep() throws Exception {
        long first = load("file:/1.index", OLD);
        IndicatorSnapshot pinned = IndicatorSnapshot.pin(run("a"), false);
        assertThat(pinned).isEqualTo(new IndicatorSnapshot(first, "file:/1.index", OLD, null));

        long second = load("file:/1.index", NEW);
        assertThat(IndicatorSnapshot.pin(run("b"), false)).isEqualTo(pinned);
        IndicatorSnapshot latest = new IndicatorSnapshot(second, "file:/1.index", NEW, null);
        assertThat(IndicatorSnapshot.pin(run("c"), true)).isEqualTo(latest);
        assertThat(IndicatorSnapshot.pin(run("d"), false))
                .as("pinned from then on")
                .isEqualTo(latest);

        long without = load("file:/2.index", null);
        assertThat(IndicatorSnapshot.pin(run("e"), true))
                .isEqualTo(new IndicatorSnapshot(without, "file:/2.index", null, null))
                .isEqualTo(IndicatorSnapshot.pin(run("f"), false));
    }

    @Test
    void theLedgerSaysWhichAllowlistsASweepUsedAndWhetherTheyWereThePinnedOnes() throws Exception {
        load("file:/1.index", OLD);
        sweep("a", false, 1);
        load("file:/1.index", NEW);
        sweep("b", true, 2);
        load("file:/1.index", null);
        sweep("c", true, 3);

        assertThat(new Ledger(lake).entries("proxy", Stage.ENRICH, Lines.WINDOW))
                .extracting(entry -> entry.versions().get("indicators") + " "
                        + entry.versions().get("allowlists"))
                .containsExactly("pinned 0123", "latest 4567", "latest none");
    }

    /** Whatever sweeps a window. */
    private record Sweeps(boolean renew, long sequence) implements Job {
        @Override
        public String name() {
            return Stage.ENRICH.name();
        }

        @Override
        public boolean recorded() {
            return true;
        }

        @Override
        public String purpose() {
            return "Sweeps.";
        }

        @Override
        public void run(Run run) throws Exception {
            IndicatorSnapshot.pin(run, renew);
            run.sequence(sequence);
        }
    }

    private void sweep(String id, boolean renew, long sequence) throws Exception {
        run(id, new Sweeps(renew, sequence)).execute();
    }

    @Test
    void aCompactionLeavesTheIndicatorsWhatTheyWere() throws Exception {
        load("file:/1.index", OLD, indicator("a.example", null));
        load("file:/2.index", NEW, indicator("a.example", null), indicator("b.example", null));
        long third = load("file:/3.index", NEW, indicator("c.example", null));
        IndicatorSnapshot before = IndicatorSnapshot.latest(lake);
        assertThat(before).isEqualTo(new IndicatorSnapshot(third, "file:/3.index", NEW, null));
        try (SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate()) {
            for (int times = 0; times < 2; times++) {
                assertThat(SparkActions.get(spark)
                                .rewriteDataFiles(lake.table(LakeTable.INDICATORS))
                                .option("rewrite-all", "true")
                                .execute()
                                .rewrittenDataFilesCount())
                        .isPositive();
            }
        }
        assertThat(lake.table(LakeTable.INDICATORS).currentSnapshot().operation())
                .isEqualTo("replace");

        assertThat(IndicatorSnapshot.latest(lake)).isEqualTo(before);
        assertThat(IndicatorSnapshot.pin(run("a"), false)).isEqualTo(before);

        lake.table(LakeTable.INDICATORS)
                .expireSnapshots()
                .expireSnapshotId(third)
                .commit();
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> IndicatorSnapshot.latest(lake))
                .withMessageContaining("its newest snapshot that refresh-indicators made is gone");
    }

    @Test
    void aPinOfBeforeThereWereAllowlistsHasNone() throws Exception {
        load("file:/2.index", OLD);
        Run run = run("a");
        state.create(
                run.stateFile("indicators", "000000.json"),
                Json.MAPPER.createObjectNode().put("snapshot", 42).put("index", "file:/1.index"));

        assertThat(IndicatorSnapshot.pin(run, false)).isEqualTo(new IndicatorSnapshot(42, "file:/1.index", null, null));
    }

    @Test
    void aTableOfBeforeAFieldGetsItsColumnWhereTheRecordHasIt() throws Exception {
        Schema now = Indicator.SCHEMA$;
        List<Schema.Field> before = new ArrayList<>();
        for (Schema.Field field : now.getFields()) {
            if (!field.name().equals("allowlisted") && !field.name().equals("valid_from")) {
                before.add(new Schema.Field(field, field.schema()));
            }
        }
        create(Schema.createRecord("Indicator", "Before.", "io.trawl.record", false, before));

        load("file:/1.index", null, indicator("a.example", "a list"), indicator("b.example", null));

        assertThat(lake.table(LakeTable.INDICATORS).schema().columns())
                .extracting(Types.NestedField::name)
                .containsExactlyElementsOf(
                        now.getFields().stream().map(Schema.Field::name).toList());
        List<String> rows = new ArrayList<>();
        try (CloseableIterable<Record> records =
                IcebergGenerics.read(lake.table(LakeTable.INDICATORS)).build()) {
            records.forEach(row -> rows.add(row.getField("value") + " " + row.getField("allowlisted")));
        }
        assertThat(rows).containsExactlyInAnyOrder("a.example a list", "b.example null");
    }

    @Test
    void aTableThatLacksAFieldThatMustBeThereIsRefused() throws Exception {
        create(Schema.createRecord(
                "Indicator",
                "Before.",
                "io.trawl.record",
                false,
                List.of(
                        new Schema.Field("type", Schema.create(Schema.Type.STRING)),
                        new Schema.Field("value", Schema.create(Schema.Type.STRING)))));

        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> lake.table(LakeTable.INDICATORS))
                .withMessageEndingWith("has no column indicator_id, and older rows have no value for it");
    }

    private void create(Schema avro) throws Exception {
        org.apache.iceberg.Schema schema = LakeSchemas.schema(avro);
        lake.catalog()
                .createTable(
                        TableIdentifier.of(Namespace.of("trawl"), "indicators"),
                        schema,
                        LakeSchemas.partitioned(schema, List.of("type")));
    }

    @Test
    void aFileThatIsKeptStaysAsItIs() throws Exception {
        Path file = Files.writeString(folder.resolve("local"), "one");
        org.apache.hadoop.fs.Path kept = state.keep(file, "index/1.index");
        Files.writeString(file, "other");

        assertThat(state.keep(file, "index/1.index")).isEqualTo(kept);
        try (var in = state.files().open(kept)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("one");
        }
        assertThat(state.list("index")).containsExactly("1.index");
    }
}
