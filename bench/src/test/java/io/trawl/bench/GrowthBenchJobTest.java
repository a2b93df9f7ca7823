package io.trawl.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthBenchJobTest {
    @TempDir
    Path folder;

    @Test
    void itCommitsMaintainsAndCompares() throws Exception {
        Outcome outcome = new GrowthBench().measure(folder, 26, 52, line -> {});

        ObjectNode object = Outcome.json();
        outcome.addTo(object);
        for (String name : new String[] {"commit_seconds", "metadata_bytes", "heap_bytes", "ledger_seconds"}) {
            assertThat(figure(object, "early." + name)).as(name + object).isPositive();
        }
        // Twice the windows, and all of them can still be rerun: the snapshots of the ledger alone are expired.
        assertThat(figure(object, "late.metadata_bytes") / figure(object, "early.metadata_bytes"))
                .as(object.toString())
                .isBetween(1.0, 2.0);
    }

    private static double figure(ObjectNode object, String name) {
        return object.path("figures").path("growth." + name).asDouble();
    }
}
