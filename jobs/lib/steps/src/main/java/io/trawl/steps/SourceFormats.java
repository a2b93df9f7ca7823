package io.trawl.steps;

import io.trawl.base.JobFailure;
import io.trawl.base.SourceParser;
import io.trawl.base.SourceParser.Used;
import io.trawl.base.State;
import io.trawl.lake.Ledger;
import io.trawl.parsing.format.Formats;
import io.trawl.parsing.format.SiteFolder;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/**
 * The formats that a window is parsed with. The ledger pins them: its newest entry of validate names formats, versions and
 * zone, and the SHA-256 of a site's declarations, whose texts are in the state folder under that name. So they change at the
 * moment at which a result counts, and a run that died has changed nothing.
 */
public final class SourceFormats {
    /** Folder of the state with the declarations of the sites' own formats. */
    public static final String FOLDER = "formats";

    private static final String END = ".yaml";

    private SourceFormats() {}

    /** Name in the state folder of a declaration with this SHA-256. */
    public static String file(String digest) {
        return FOLDER + "/" + digest + END;
    }

    /**
     * The formats that made the newest result of a run's window, today's where there is none. The run says where they are not
     * today's, and where another version of Trawl made that result.
     *
     * @throws IllegalArgumentException they cannot be read as they were
     */
    public static SourceParser pinned(Run run) {
        SourceParser today = run.source().sourceParser();
        Ledger.Entry before = run.ledger().current(run.source().name(), Stage.VALIDATE, run.window());
        Used used = before == null ? null : Used.of(before.versions());
        if (before == null || used == null) {
            return today;
        }
        SourceParser reading = used.isSame(today.used()) ? today : read(run, used, today);
        if (!reading.used().isSame(today.used())) {
            run.note("window " + run.window() + " is parsed again by the formats of run " + before.runId() + ", "
                    + reading.used() + ", not by today's, " + today.used()
                    + ": these are taken by validate --formats latest, for all lines, and by replay, for invalid ones");
        }
        String trawl = before.versions().getOrDefault("trawl", "");
        if (!trawl.equals(Run.CODE_VERSION) || !reading.used().ids().equals(used.ids())) {
            run.note("window " + run.window() + ": run " + before.runId() + " was of Trawl " + trawl + " with "
                    + String.join(", ", used.ids()) + ", this one is of Trawl " + Run.CODE_VERSION + " with "
                    + String.join(", ", reading.used().ids())
                    + ": where a parser has changed, a line may become another event");
        }
        return reading;
    }

    private static SourceParser read(Run run, Used used, SourceParser today) {
        try {
            return SourceParser.of(
                    run.source(),
                    used,
                    used.digests().isEmpty()
                            ? Formats.shipped()
                            : Formats.with(new Kept(run.state(), used.digests(), today)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "window " + run.window() + " of source " + run.source().name() + " was parsed by " + used
                            + ", which cannot be read as it was then: " + e.getMessage()
                            + "; to parse it by today's formats, run validate --formats latest",
                    e);
        }
    }

    /** Keeps the declarations of the site's own ones for later runs: before anything is committed that was made with them. */
    public static void keep(Run run, SourceParser reading) throws IOException {
        for (String text : reading.texts().values()) {
            String name = file(SourceParser.digest(text));
            run.state().keep(text, name);
            if (!text.equals(run.state().text(name))) {
                throw new IllegalArgumentException(run.state().path(name) + " is damaged: delete it, and run again");
            }
        }
    }

    /** Takes note of them for ledger and report. */
    public static void note(Run run, SourceParser reading) {
        reading.used().versions().forEach(run::version);
        reading.notes().forEach(run::note);
    }

    /** Declarations of a site as they were once. */
    private record Kept(State state, Map<String, String> digests, SourceParser today) implements SiteFolder {
        @Override
        public Collection<String> names() {
            return digests.keySet();
        }

        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public String file(String name) {
            return state.path(SourceFormats.file(digests.getOrDefault(name, "")))
                    .toString();
        }

        @Override
        public String text(String name) {
            String digest = digests.getOrDefault(name, "");
            String now = today.texts().get(name);
            if (now != null && SourceParser.digest(now).equals(digest)) {
                return now;
            }
            String text;
            try {
                text = state.text(SourceFormats.file(digest));
            } catch (IOException e) {
                throw new JobFailure(file(name) + " cannot be read: " + e.getMessage(), e);
            }
            if (text == null || !SourceParser.digest(text).equals(digest)) {
                throw new IllegalArgumentException("the declaration of format " + name + " is "
                        + (text == null ? "no longer kept" : "damaged") + " (" + file(name) + ")");
            }
            return text;
        }
    }
}
