package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.record.Indicator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFilesTest {
    @TempDir
    Path folder;

    private Settings settings;

    @BeforeEach
    void cacheOfItsOwn() {
        settings = Settings.load(
                null, Map.of("indicators.cache", folder.resolve("cache").toString()));
    }

    private Path index(String name, String feed) throws IOException {
        List<Indicator> indicators = new ArrayList<>();
        Feeds.read(
                new ByteArrayInputStream(feed.getBytes(StandardCharsets.UTF_8)),
                "feed",
                indicators::add,
                rejected -> {});
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            IndicatorIndex.write(indicators, out);
        }
        return file;
    }

    private List<Path> copies() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            return files.filter(file -> !file.toString().endsWith(".lock")).toList();
        }
    }

    @Test
    void aMachineHasOneCopyOfAFileThatAProcessOpensOnce() throws IOException {
        String uri = index("a.index", "a.example\nb.example\n").toUri().toString();

        IndicatorIndex index = SnapshotFiles.INDEXES.open(uri, settings);

        assertThat(index.size()).isEqualTo(2);
        assertThat(SnapshotFiles.INDEXES.open(uri, settings)).isSameAs(index);
        assertThat(copies()).singleElement().asString().endsWith(".index");
    }

    @Test
    void aCopyThatIsThereIsNotFetchedAgainAndADamagedOneIs() throws IOException {
        Path file = index("a.index", "a.example\nb.example\n");
        String uri = file.toUri().toString();
        SnapshotFiles.INDEXES.open(uri, settings);
        Path copy = copies().get(0);
        Object before = Files.getAttribute(copy, "unix:ino");

        openTwoOthers();
        assertThat(SnapshotFiles.INDEXES.open(uri, settings).size()).isEqualTo(2);
        assertThat(Files.getAttribute(copy, "unix:ino")).isEqualTo(before);

        openTwoOthers();
        Files.write(copy, new byte[] {1, 2, 3});
        assertThat(SnapshotFiles.INDEXES.open(uri, settings).size()).isEqualTo(2);
        assertThat(Files.mismatch(copy, file)).isEqualTo(-1);
    }

    /** A process keeps two: the one in use and the one that is made ready. */
    private void openTwoOthers() throws IOException {
        for (String name : List.of("b.index", "c.index")) {
            SnapshotFiles.INDEXES.open(index(name, name + "\n").toUri().toString(), settings);
        }
    }

    @Test
    void makingANewOneReadyLeavesTheOneInUseOpen() throws IOException {
        String uri = index("a.index", "a.example\n").toUri().toString();
        IndicatorIndex inUse = SnapshotFiles.INDEXES.open(uri, settings);

        SnapshotFiles.INDEXES.open(index("b.index", "b.example\n").toUri().toString(), settings);

        assertThat(SnapshotFiles.INDEXES.open(uri, settings)).isSameAs(inUse);
    }

    @Test
    void aDamagedFileIsRefusedAndLeavesNoCopy() throws IOException {
        Path file = index("a.index", "a.example\nb.example\n");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> SnapshotFiles.INDEXES.open(file.toUri().toString(), settings))
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining(file.toUri().toString())
                .hasMessageContaining("the index was changed");
        assertThat(copies()).isEmpty();
    }

    @Test
    void aCopyThatNobodyUsedForDaysGoesWhenTheNextOneComes() throws IOException {
        SnapshotFiles.INDEXES.open(index("a.index", "a.example\n").toUri().toString(), settings);
        Path old = copies().get(0);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(3))));

        SnapshotFiles.INDEXES.open(index("b.index", "b.example\n").toUri().toString(), settings);

        assertThat(copies()).hasSize(1).doesNotContain(old);
    }

    @Test
    void allowlistsAreOpenedOnceAndADamagedCopyIsFetchedAgain() throws IOException {
        Path list = Files.writeString(
                folder.resolve("list.json"), "{\"name\":\"ours\",\"type\":\"hostname\",\"list\":[\"a.example\"]}");
        Path file = folder.resolve("packed");
        try (OutputStream out = Files.newOutputStream(file)) {
            Allowlists.pack(List.of(list), out);
        }
        String uri = file.toUri().toString();

        Allowlists lists = SnapshotFiles.ALLOWLISTS.open(uri, settings);

        assertThat(lists.size()).isEqualTo(1);
        assertThat(SnapshotFiles.ALLOWLISTS.open(uri, settings)).isSameAs(lists);
        Path copy = copies().get(0);
        assertThat(copy.toString()).endsWith(".allowlists");

        // Two other files, and the first one once more.
        for (String name : List.of("other", "another")) {
            Path other = Files.copy(file, folder.resolve(name));
            SnapshotFiles.ALLOWLISTS.open(other.toUri().toString(), settings);
        }
        Files.write(copy, new byte[] {1, 2, 3});
        assertThat(SnapshotFiles.ALLOWLISTS.open(uri, settings).size()).isEqualTo(1);
        assertThat(Files.mismatch(copy, file)).isEqualTo(-1);
    }
}
