package io.trawl.cli.files;

import io.trawl.cli.files.format.Candidate;
import io.trawl.cli.files.format.Detection;
import io.trawl.cli.files.log.LogReader;
import io.trawl.cli.files.log.SampleReader;
import io.trawl.cli.files.output.Ecs;
import io.trawl.cli.files.output.FormatText;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Printable;
import io.trawl.parsing.format.Formats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** {@code trawl formats detect}: which format logs are in, with what speaks for it, or why that is not clear. */
final class DetectAction {
    private static final int WIDEST = 200;
    private static final int OTHERS = 8;

    private final Detection detection;
    private final StringBuilder text = new StringBuilder();

    private DetectAction(Detection detection) {
        this.detection = detection;
    }

    static int run(Formats formats, Arguments arguments, List<String> files, Streams streams) throws IOException {
        arguments.table();
        boolean json = "json".equals(arguments.value("--output"));
        List<Input> inputs = Input.of(files);
        Detection detection = Detection.of(new Detection.Choice(formats), SampleReader.read(inputs, streams.in()));
        for (String broken : detection.broken()) {
            streams.err().println("trawl formats: not tried: " + Printable.line(broken));
        }
        if (json) {
            Output output = new Output();
            json(detection, output.json());
            output.json().writeTo(streams.out());
        } else {
            String said = new DetectAction(detection).said();
            streams.out().write(said.getBytes(StandardCharsets.UTF_8));
        }
        streams.out().flush();
        return detection.isClear() ? 0 : 1;
    }

    private static void json(Detection detection, Json json) {
        String verdict = detection.isClear() ? "best" : "doubtful";
        for (Candidate one : detection.best()) {
            json(json, one, verdict, detection.doubt() == null ? "" : detection.doubt());
        }
        for (Detection.Other other : detection.others()) {
            json(json, other.candidate(), "not", other.why());
        }
    }

    private static void json(Json json, Candidate one, String verdict, String why) {
        json.begin()
                .member("format", one.name())
                .member("verdict", verdict)
                .member("lines", one.tried())
                .member("valid", one.valid())
                .member("fields", one.fields().stream().map(Ecs::name).toList())
                .member("why", why)
                .member("kind", LogReader.isWebServer(one.name()) ? "web" : "proxy")
                .end()
                .newline();
    }

    private String said() {
        List<Candidate> best = detection.best();
        String doubt = detection.doubt();
        if (doubt != null) {
            line("not clear: " + doubt);
            if (detection.isTie()) {
                line(
                        detection.isSame()
                                ? "  They read these lines the same way. You know which one it is; take one of them, for example --format "
                                        + best.get(0).name()
                                : "  They do not read these lines the same way: look at the fields, or at trawl formats show NAME");
            }
        }
        for (Candidate one : best) {
            line(one.name() + ": " + one.title());
            line(String.format(
                    Locale.ROOT,
                    "  %,d of %,d lines are valid (%.1f %%), %.1f fields per event",
                    one.valid(),
                    one.tried(),
                    100 * one.share(),
                    one.fieldsPerEvent()));
            line("  " + String.join(", ", one.fields().stream().map(Ecs::name).toList()));
        }
        for (Detection.Shown shown : detection.shown()) {
            text.append('\n');
            line(shown.place() + " as " + best.get(0).name() + ": "
                    + Printable.line(new String(shown.line(), StandardCharsets.UTF_8), WIDEST));
            FormatText.fields(text, "  ", shown.fields());
        }
        others();
        if (best.isEmpty()) {
            line("trawl formats new --sample FILE drafts a format of your own (docs/formats.md)");
        }
        return text.toString();
    }

    private void others() {
        text.append('\n');
        List<Detection.Other> others = detection.others();
        for (Detection.Other other : others.subList(0, Math.min(OTHERS, others.size()))) {
            Candidate one = other.candidate();
            line(String.format(Locale.ROOT, "not %s (%.1f %%): ", one.name(), 100 * one.share())
                    + Printable.line(other.why(), WIDEST));
        }
        if (others.size() > OTHERS) {
            line("nor " + (others.size() - OTHERS) + " others that read some lines (--output json lists them)");
        }
        line(detection.readNothing() + " formats read none of the lines");
    }

    private void line(String content) {
        text.append(Printable.line(content)).append('\n');
    }
}
