package io.trawl.bench.match;

import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Trawl's own command and the programs that it is compared with, each as a command. */
public final class Peers {
    private static final String THREADS = "2";

    private final Path home;
    private final Path bin;

    private Peers(Path home, Path bin) {
        this.home = home;
        this.bin = bin;
    }

    /** Installs what bench/peers/requirements.lock says into a virtual environment, once for each lock. */
    public static Peers install(Path home, Path folder, Consumer<String> progress)
            throws IOException, InterruptedException {
        Path lock = home.resolve("bench/peers/requirements.lock");
        Path venv = folder.resolve("venv");
        Path stamp = folder.resolve("venv.lock");
        Path python = venv.resolve("bin/python");
        if (!Files.isExecutable(python) || !Files.exists(stamp) || Files.mismatch(lock, stamp) >= 0) {
            progress.accept("installing DuckDB, Polars, pySigma and ripgrep into .trawl/bench/venv");
            Files.deleteIfExists(stamp);
            String uv = home.resolve(".trawl/tools/bin/uv").toString();
            run(uv, "venv", "--quiet", "--clear", "--python", home.resolve(".trawl/venv/bin/python") + "", venv + "");
            run(uv, "pip", "install", "--quiet", "--python", python + "", "--require-hashes", "-r", lock + "");
            Files.copy(lock, stamp);
        }
        return new Peers(home, venv.resolve("bin"));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new BenchFailure("the peers cannot be installed: " + said.substring(said.lastIndexOf('\n') + 1));
        }
    }

    public Path python() {
        return bin.resolve("python");
    }

    public Path script(String name) {
        return home.resolve("bench/peers").resolve(name);
    }

    Program trawl(Path index, Path log) {
        return new Program(
                "trawl",
                List.of(
                        home.resolve("bin/trawl").toString(),
                        "match",
                        "--format",
                        "squid",
                        "--index",
                        index.toString(),
                        log.toString()),
                Map.of("TRAWL_NO_BUILD", "1"));
    }

    /** @param how split or suffix */
    Program duckdb(String how, Path table, Path log, Path out) {
        return new Program(
                "duckdb " + how,
                List.of(
                        python().toString(),
                        script("duckdb_match.py").toString(),
                        log.toString(),
                        table.toString(),
                        out.toString(),
                        THREADS,
                        how),
                Map.of());
    }

    Program polars(Path table, Path log, Path out) {
        return new Program(
                "polars",
                List.of(
                        python().toString(),
                        script("polars_match.py").toString(),
                        log.toString(),
                        table.toString(),
                        out.toString()),
                Map.of("POLARS_MAX_THREADS", THREADS));
    }

    /** @param patterns texts to look for anywhere in a line */
    Program ripgrep(Path patterns, Path log) {
        return new Program(
                "rg -F -f",
                List.of(
                        bin.resolve("rg").toString(),
                        "--no-config",
                        "--text",
                        "--fixed-strings",
                        "--file",
                        patterns.toString(),
                        log.toString()),
                Map.of());
    }
}
