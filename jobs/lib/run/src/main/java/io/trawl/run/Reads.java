package io.trawl.run;

import io.trawl.lake.LakeTable;
import java.util.List;

/**
 * What a job reads of its window: tables as a stage before it left them, by the ledger.
 *
 * @param stage name of the job that wrote them, for example ingest
 */
public record Reads(String stage, List<LakeTable<?>> tables) {
    public static Reads of(String stage, LakeTable<?>... tables) {
        return new Reads(stage, List.of(tables));
    }
}
