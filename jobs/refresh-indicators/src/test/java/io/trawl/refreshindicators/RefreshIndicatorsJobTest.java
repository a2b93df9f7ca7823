package io.trawl.refreshindicators;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.run.Jobs;
import io.trawl.steps.IndicatorSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Table;
import org.apache.iceberg.spark.actions.SparkActions;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefreshIndicatorsJobTest {
    @TempDir
    Path folder;

    private Path feeds;

    @BeforeEach
    void feeds() throws Exception {
        feeds = Files.createDirectory(folder.resolve("feeds"));
        write("a.txt", 10);
        write("b.txt", 3);
    }

    @AfterEach
    void submittedBySparkSubmitNoMore() {
        System.clearProperty("spark.submit.deployMode");
        System.clearProperty("spark.master");
    }

    private void write(String feed, int indicators) throws Exception {
        StringBuilder text = new StringBuilder("# a feed\n");
        for (int i = 0; i < indicators; i++) {
            text.append("host-").append(i).append('.').append(feed.charAt(0)).append(".example\n");
        }
        Files.writeString(feeds.resolve(feed), text);
    }

    private String place(String name) {
        return folder.resolve(name).toUri().toString();
    }

    private Map<String, String> settings() {
        return Map.of(
                "lake.warehouse", place("lake"),
                "reports.dir", place("reports"),
                "state.dir", place("state"));
    }

    /** Exit status and the line on stderr, without the job's name. */
    private String refresh(String... more) {
        List<String> arguments = new ArrayList<>();
        settings().forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        if (!List.of(more).contains("--feeds")) {
            arguments.addAll(List.of("--feeds", feeds.toString()));
        }
        arguments.addAll(List.of(more));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                new RefreshIndicatorsJob(),
                Clock.systemUTC(),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        String line = said.toString(StandardCharsets.UTF_8).strip();
        assertThat(line).doesNotContain("\n");
        return status + (line.isEmpty() ? "" : " " + line.substring("trawl refresh-indicators: ".length()));
    }

    /** The snapshot that sweeps would use, and whether a commit of another kind came in between. */
    private List<Object> lake() throws Exception {
        try (Lake lake = Lake.open(Settings.load(null, settings()), new Configuration())) {
            IndicatorSnapshot latest = IndicatorSnapshot.latest(lake);
            return List.of(
                    latest,
                    lake.snapshot(LakeTable.INDICATORS),
                    String.valueOf(lake.snapshot(LakeTable.INVALID_RECORDS)));
        }
    }

    @Test
    void aFeedCutToNothingIsRefusedUntilItIsAccepted() throws Exception {
        assertThat(refresh()).isEqualTo("0");
        List<Object> before = lake();
        Files.writeString(feeds.resolve("a.txt"), "<html>gone</html>\n");
        assertThat(refresh())
                .isEqualTo(
                        "1 feed a.txt had 10 indicators, and has 0 now, 1 line rejected: the previous snapshot stays, since a feed"
                                + " may lose at most 50 % (setting indicators.shrink); if this is right, run trawl run refresh-indicators"
                                + " --accept a.txt");
        assertThat(refresh("--accept", "b.txt")).startsWith("1 feed a.txt had 10 indicators");
        assertThat(lake()).isEqualTo(before);
        assertThat(refresh("--accept", "a.txt")).isEqualTo("0");
        assertThat(lake()).isNotEqualTo(before);
        assertThat(refresh()).as("accepted once").isEqualTo("0");
    }

    @Test
    void patternsThatAreIndicatorsAreAFeedOfTheirOwn() throws Exception {
        Path rules = Files.createDirectory(folder.resolve("rules"));
        Files.writeString(rules.resolve("p.stix"), "[domain-name:value = 'evil.example']\n");
        Path named = Files.createSymbolicLink(folder.resolve("current"), rules);

        assertThat(refresh("--rules", named.toString())).isEqualTo("0");
        List<Object> first = lake();

        assertThat(refresh("--rules", named.toString())).as("again").isEqualTo("0");
        assertThat(lake().get(0)).isEqualTo(first.get(0));
        Files.writeString(rules.resolve("p.stix"), "[domain-name:value = 'other.example']\n");
        assertThat(refresh("--rules", named.toString())).isEqualTo("0");
        assertThat(lake().get(0)).isNotEqualTo(first.get(0));
    }

    @Test
    void rulesThatCannotBeUsedAreOneLine() throws Exception {
        Path rules = Files.createDirectory(folder.resolve("rules"));
        assertThat(refresh("--rules", rules.toString()))
                .isEqualTo("2 --rules " + rules
                        + ": no rule in it; expected files *.yml, *.yaml, *.stix or *.json (setting rules.folder)");
        assertThat(refresh("--rules", rules + "x")).startsWith("2 --rules " + rules + "x: no such file or folder");
        Files.writeString(rules.resolve("bad.yml"), "title: x\ndetection: 7\n");
        assertThat(refresh("--rules", rules.toString())).isEqualTo("0");
        assertThat(refresh("--rules", rules.toString(), "--strict"))
                .startsWith("2 --rules: ")
                .contains("bad.yml:")
                .endsWith(" (--strict, or setting rules.strict)");
        assertThat(refresh("--set", "hosts.level=all"))
                .isEqualTo("2 setting hosts.level = all: expected none, low, medium or high");
        assertThat(refresh("--set", "brands.file=/nowhere"))
                .isEqualTo("2 setting brands.file = /nowhere: no such file");
        Path brands = Files.writeString(folder.resolve("brands.txt"), "paypal.com\nno domain\n");
        assertThat(refresh("--set", "brands.file=" + brands)).startsWith("2 setting brands.file: brands.txt, line 2: ");
    }

    @Test
    void aFeedThatLostMoreThanHalfIsRefusedAndOneThatLostHalfIsNot() throws Exception {
        assertThat(refresh()).isEqualTo("0");
        write("a.txt", 4);
        assertThat(refresh()).startsWith("1 feed a.txt had 10 indicators, and has 4 now: the previous snapshot stays");
        assertThat(refresh("--set", "indicators.shrink=60")).isEqualTo("0");
        write("a.txt", 2);
        assertThat(refresh()).isEqualTo("0");
        assertThat(refresh("--set", "indicators.shrink=101"))
                .isEqualTo("2 setting indicators.shrink = 101: expected a percentage from 0 to 100, for example 50");
    }

    @Test
    void aFeedThatIsNoLongerThereIsRefusedToo() throws Exception {
        assertThat(refresh()).isEqualTo("0");
        List<Object> before = lake();
        Files.delete(feeds.resolve("b.txt"));
        assertThat(refresh())
                .startsWith("1 feed b.txt had 3 indicators, and is missing now: the previous snapshot stays");
        assertThat(lake()).isEqualTo(before);
        assertThat(refresh("--accept", "all")).isEqualTo("0");
    }

    @Test
    void feedsAreComparedBehindACompactionAndTheSameOnesMakeNoNewSnapshot() throws Exception {
        assertThat(refresh()).isEqualTo("0");
        Object before = lake().get(0);
        try (SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate();
                Lake lake = Lake.open(Settings.load(null, settings()), new Configuration())) {
            Table indicators = lake.table(LakeTable.INDICATORS);
            SparkActions.get(spark)
                    .rewriteDataFiles(indicators)
                    .option("rewrite-all", "true")
                    .execute();
            indicators.refresh();
            assertThat(indicators.currentSnapshot().operation()).isEqualTo("replace");
        }
        assertThat(refresh()).isEqualTo("0");
        assertThat(lake().get(0)).isEqualTo(before);
        write("a.txt", 1);
        assertThat(refresh()).startsWith("1 feed a.txt had 10 indicators, and has 1 now");
    }

    @Test
    void feedsWithoutAnIndicatorAreRefusedTheFirstTimeToo() throws Exception {
        write("a.txt", 0);
        write("b.txt", 0);
        assertThat(refresh())
                .isEqualTo(
                        "1 no feed has an indicator, of a.txt, b.txt: the previous snapshot stays; if this is right, run trawl run"
                                + " refresh-indicators --accept all");
        write("b.txt", 1);
        assertThat(refresh()).as("a feed that had none yet").isEqualTo("0");
    }

    @Test
    void aPathOfOneMachineIsRefusedInClusterModeUnlessThatIsThisMachine() throws Exception {
        System.setProperty("spark.submit.deployMode", "cluster");
        System.setProperty("spark.master", "spark://master-1:7077");
        String[] elsewhere = {"--set", "lake.catalog.uri=jdbc:postgresql://db.example/lake"};
        assertThat(refresh(elsewhere))
                .isEqualTo("2 --feeds " + feeds
                        + " is a path of one machine, and in cluster mode the job runs on any worker of"
                        + " spark://master-1:7077: expected a URL, for example hdfs://namenode" + feeds + ", or file://"
                        + feeds
                        + " if every worker has the same files there (setting indicators.folder)");
        assertThat(refresh(elsewhere[0], elsewhere[1], "--feeds", "file://" + feeds, "--allowlists", "lists"))
                .startsWith("2 --allowlists lists is a path of one machine");
        assertThat(refresh("--feeds", "file://" + feeds))
                .startsWith("2 setting lake.catalog.uri, jdbc:sqlite:" + folder)
                .contains(
                        " is a file of one machine, and in cluster mode the job runs on any worker of spark://master-1:7077");
        System.setProperty("spark.master", "spark://127.0.0.1:7077");
        assertThat(refresh("--check")).isEqualTo("0");
    }

    @Test
    void feedsAreReadFromAnotherFileSystemToo() throws Exception {
        // A file system of Hadoop's that is not this machine's own scheme, on this machine's disk.
        String url = "viewfs://feeds/feeds";
        String link = "hadoop.fs.viewfs.mounttable.feeds.link./feeds=" + feeds.toUri();
        assertThat(refresh("--feeds", url, "--set", link)).isEqualTo("0");
        Object before = lake().get(0);
        assertThat(refresh()).isEqualTo("0");
        assertThat(lake().get(0)).as("the same feeds").isEqualTo(before);
        assertThat(refresh("--feeds", url + "/none.txt", "--set", link))
                .isEqualTo("1 " + url + "/none.txt: no such file or folder; expected feeds, allowlists or rules there");
    }
}
