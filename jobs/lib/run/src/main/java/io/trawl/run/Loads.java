package io.trawl.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.State;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The loads of a window as their manifests name them: written before the first put, so whatever may have left cells in
 * HBase is known. A manifest is of one result; each load of it is an attempt.
 */
public final class Loads {
    private static final String FOLDER = "loads";
    private static final String DONE = ".done";

    private final Run run;
    private final Result result;

    private Loads(Run run, Result result) {
        this.run = run;
        this.result = result;
    }

    /** What a load puts: the result of one enrich run, by its snapshots of lake.detections and lake.observables. */
    public record Result(long sequence, long detections, long observables) {
        /** The result that counts of a window. */
        public static Result of(Ledger.Entry enrich) {
            return new Result(
                    enrich.sequence(), enrich.output(LakeTable.DETECTIONS), enrich.output(LakeTable.OBSERVABLES));
        }

        private static Result of(JsonNode manifest) {
            return new Result(
                    manifest.path("version").asLong(),
                    manifest.path("detections").asLong(),
                    manifest.path("observables").asLong());
        }

        private ObjectNode manifest(Run run) {
            ObjectNode manifest = Json.MAPPER.createObjectNode();
            manifest.put("version", sequence).put("detections", detections).put("observables", observables);
            return manifest.put("run_id", run.id()).put("started", run.started().toString());
        }
    }

    /** Every result of a source's window that has a manifest. */
    public static List<Result> all(State state, String source, Instant window) throws IOException {
        List<Result> all = new ArrayList<>();
        for (String name : state.list(folder(source, window))) {
            JsonNode manifest = isManifest(name) ? state.read(folder(source, window) + "/" + name) : null;
            if (manifest != null) {
                all.add(Result.of(manifest));
            }
        }
        return all;
    }

    /** Whether all of a result of a source's window was in HBase once. */
    public static boolean isDone(State state, String source, Instant window, Result result) throws IOException {
        return state.read(folder(source, window) + "/" + name(result.sequence()) + DONE) != null;
    }

    private static String folder(String source, Instant window) {
        return FOLDER + "/" + source + "/" + State.fileName(window);
    }

    /** The loads of the run's window, of which one result is the one that counts. */
    public static Loads of(Run run, Result result) {
        return new Loads(run, result);
    }

    /**
     * Writes the manifest.
     *
     * @param most attempts that are told apart; later ones are counted as the last
     * @return how often the result was loaded before
     */
    public int begin(int most) throws IOException {
        String name = name(result.sequence());
        run.state().create(file(name), result.manifest(run));
        int attempt = 0;
        while (attempt < most - 1 && !run.state().create(file(name + "." + attempt), result.manifest(run))) {
            attempt++;
        }
        return attempt;
    }

    /** Says that all of the result is in HBase. */
    public void done() throws IOException {
        run.state().create(file(name(result.sequence()) + DONE), result.manifest(run));
    }

    /** The results that may have left cells: those from the last complete one on that is older than this. */
    public List<Result> sinceComplete() throws IOException {
        String own = name(result.sequence());
        String lastDone = "";
        List<String> names = run.state().list(file(""));
        for (String name : names) {
            if (name.endsWith(DONE) && name.compareTo(own) < 0) {
                lastDone = name.substring(0, name.length() - DONE.length());
            }
        }
        List<Result> earlier = new ArrayList<>();
        for (String name : names) {
            if (!isManifest(name)) {
                continue;
            }
            if (name.compareTo(own) > 0) {
                throw new JobFailure(
                        "window " + run.window() + ": a newer result is being loaded or has been (manifest " + name
                                + "); this load stopped before it put anything, run it again for the newer one",
                        null);
            }
            if (name.compareTo(lastDone) >= 0 && !name.equals(own)) {
                add(name, earlier);
            }
        }
        return earlier;
    }

    /**
     * Earlier results of the window, newest first.
     *
     * @param most how many at most
     */
    public List<Result> earlier(int most) throws IOException {
        List<String> names = new ArrayList<>(run.state().list(file("")));
        names.removeIf(name -> !isManifest(name) || name.compareTo(name(result.sequence())) >= 0);
        List<Result> earlier = new ArrayList<>();
        for (int i = names.size() - 1; i >= 0 && earlier.size() < most; i--) {
            add(names.get(i), earlier);
        }
        return earlier;
    }

    private void add(String name, List<Result> into) throws IOException {
        JsonNode manifest = run.state().read(file(name));
        if (manifest != null) {
            into.add(Result.of(manifest));
        }
    }

    private static boolean isManifest(String name) {
        return name.indexOf('.') < 0;
    }

    private String file(String name) {
        return run.stateFile(FOLDER, name);
    }

    private static String name(long sequence) {
        return String.format("%019d", sequence);
    }
}
