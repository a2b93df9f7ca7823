package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderChecksTest {
    @TempDir
    Path folder;

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private static FolderChecks of(String key, Path folder) {
        return new FolderChecks(Settings.defaults().with(key, folder.toUri().toString()));
    }

    @Test
    void aFolderThatIsThereIsWrittenToAndLeftAsItWas() throws IOException {
        Finding finding = only(of("state.dir", folder).of("state.dir"));

        assertThat(finding.name()).isEqualTo("state.dir");
        assertThat(finding.found()).contains(folder.getFileName() + " can be written to, ", " GB free");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsMissingIsNotCreated() throws IOException {
        Path missing = folder.resolve("a/b");
        Finding finding = only(of("lake.warehouse", missing).of("lake.warehouse"));

        assertThat(finding.found()).contains("/a/b does not exist yet and can be created, ");
        assertThat(missing.getParent()).doesNotExist();
    }

    @Test
    void theFolderOfTheJobsMustHaveJars() throws IOException {
        FolderChecks checks = of("spark.dist", folder);
        assertThat(only(checks.dist()).level()).isEqualTo(Finding.Level.FAIL);

        Files.createDirectory(folder.resolve("jobs"));
        Files.createFile(folder.resolve("jobs/trawl-load.jar"));
        assertThat(only(checks.dist()).found()).endsWith("has the jars of 1 jobs");
    }
}
