package io.trawl.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.columns.read.Blocks;
import io.trawl.testing.RandomRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskGroup;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlocksTest {
    private static final LakeTable<?> EVENTS = LakeTable.PROXY_EVENTS;
    private static final Window WINDOW = new Window(Instant.EPOCH, Instant.EPOCH.plusSeconds(3600));

    @TempDir
    Path folder;

    private Lake lake;
    private Table table;
    private DataFile file;

    @BeforeEach
    void aWindowWithOneFile() throws Exception {
        lake = Lake.open(
                Settings.defaults().with("lake.warehouse", folder.toUri().toString()), new Configuration());
        table = lake.table(EVENTS);
        List<IndexedRecord> records = RandomRecords.of(EVENTS.schema(), 1_500);
        file = LakeFileTest.write(table, EVENTS, records, 200_000);
        table.newAppend().appendFile(file).commit();
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    @Test
    void plainFilesAreOursToRead() {
        List<ScanTaskGroup<FileScanTask>> parts = plan("always");
        assertThat(parts).hasSize(1);
        assertThat(parts.get(0).sizeBytes()).isGreaterThan(0);
        assertThat(plan("another source")).isEmpty();
    }

    @Test
    void rowsThatWereDeletedAreNot() {
        table.newRowDelta()
                .addDeletes(FileMetadata.deleteFileBuilder(table.spec())
                        .ofPositionDeletes()
                        .withPath(file.path() + ".deletes.parquet")
                        .withPartition(file.partition())
                        .withFileSizeInBytes(100)
                        .withRecordCount(1)
                        .build())
                .commit();
        assertThat(plan("always")).isNull();
    }

    @Test
    void filesThatWereAddedByNameAreNot() {
        table.updateProperties().set(TableProperties.DEFAULT_NAME_MAPPING, "[]").commit();
        assertThat(plan("always")).isNull();
    }

    private @Nullable List<ScanTaskGroup<FileScanTask>> plan(String source) {
        return Blocks.plan(table, table.currentSnapshot().snapshotId(), Lake.of(source, WINDOW), 2);
    }
}
