package io.trawl.bench.frame;

import picocli.CommandLine.Option;

/** The options of all benchmarks that load indicators into servers of their own; a picocli mixin. */
public final class ServerOptions {
    private static final int FEWEST = 10_000;

    @Option(
            names = "--indicators",
            paramLabel = "N",
            description = "Indicators, 10k or more, for example 10k, 100k, 1.2M (default: ${DEFAULT-VALUE}).")
    private Size indicators;

    @Option(names = "--keep-data", description = "Leave what the bench, its servers and jobs have in .trawl/bench.")
    private boolean keepData;

    /** @param indicators how many, if the user does not say */
    public ServerOptions(int indicators) {
        this.indicators = new Size(indicators);
    }

    public Size indicators() {
        return indicators;
    }

    /** Lets the bench work in its folder, if the options are right. */
    public Outcome use(String folder, Folder.Work work) throws Exception {
        if (indicators.value() < FEWEST) {
            throw new IllegalArgumentException("--indicators " + indicators.value()
                    + ": expected 10k or more, so that the log has the same hits with any number of them");
        }
        return Folder.use(folder, keepData, work);
    }
}
