package io.trawl.cli.query;

import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.lake.HadoopTables;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Moves the lake's tables from a Hadoop catalog to the one that the settings name. */
@Command(name = "migrate-lake", description = "Moves the lake's tables to the catalog that the settings name.")
final class MigrateLake implements Callable<Integer> {
    private final PrintStream out;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TYPE",
            description = "Type of the catalog that the lake has: hadoop.")
    private String from = "";

    @Mixin
    private Cli.Common common = new Cli.Common();

    MigrateLake(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        if (!from.equals("hadoop")) {
            throw new IllegalArgumentException("--from " + from + ": expected hadoop");
        }
        Settings settings = common.settings();
        Configuration hadoop = Cli.hadoop(settings);
        Reach.all(Reach.PATIENCE, Reach.files(settings, "lake.warehouse", hadoop));
        List<HadoopTables.Moved> tables = HadoopTables.move(settings, hadoop);
        for (HadoopTables.Moved table : tables) {
            if (common.isJson()) {
                out.println(Json.MAPPER
                        .createObjectNode()
                        .put("table", table.name())
                        .put("metadata", table.metadata()));
            } else {
                out.println(table.name() + ": "
                        + (table.metadata() == null
                                ? "is in the new catalog already"
                                : "moved, at " + table.metadata()));
            }
        }
        if (!common.isJson() && tables.isEmpty()) {
            out.println("no table of a Hadoop catalog in " + settings.text("lake.warehouse"));
        }
        return 0;
    }
}
