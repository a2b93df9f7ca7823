package io.trawl.run;

import io.trawl.lake.LakeTable;
import io.trawl.schema.word.Stage;
import java.util.List;

/**
 * What a job reads of its window: tables as a stage before it left them, by the ledger.
 *
 * @param stage the job that wrote them
 */
public record Reads(Stage stage, List<LakeTable<?>> tables) {
    public static Reads of(Stage stage, LakeTable<?>... tables) {
        return new Reads(stage, List.of(tables));
    }
}
