package io.trawl.cli.files.format;

import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Which of all formats lines are in. Each format is tried on them. The best one is the answer only if it reads nearly
 * all lines and is clearly better than every other one; otherwise there is no answer, and what comes close is named.
 */
public final class Detection {
    /** Share of lines that a format must read. */
    static final double ENOUGH = 0.95;
    /** A format with so many more fields in its events is clearly better. */
    private static final double FIELDS = 1.2;
    /** A format for anybody's lines is no answer if one that is made for fewer reads so many of them. */
    private static final double MANY = 0.5;
    /** If more events than this differ in a field that both have, one of two formats is wrong, whichever has more fields. */
    private static final double DIFFERENT = 0.05;
    /** A format that is built for the lines is like its samples in so many of them. */
    private static final double ALIKE = 0.5;
    /** So many lines tell which formats are worth trying on all of them. */
    private static final int PROBES = 60;

    /** An event with nothing else does not tell that its format is the right one. */
    private static final Set<String> TELLING = Set.of(
            "url_original",
            "url_domain",
            "source_address",
            "destination_address",
            "destination_domain",
            "http_request_method");

    private final List<LogSample.Line> lines;
    private final List<Candidate> best;
    private final List<Other> others;
    private final int readNothing;
    private final List<String> broken;
    private final @Nullable String doubt;

    /**
     * A format that is not the answer.
     *
     * @param why for a person
     */
    public record Other(Candidate candidate, String why) {}

    private Detection(
            List<LogSample.Line> lines,
            List<Candidate> best,
            List<Other> others,
            int readNothing,
            List<String> broken,
            @Nullable String doubt) {
        this.lines = lines;
        this.best = best;
        this.others = others;
        this.readNothing = readNothing;
        this.broken = broken;
        this.doubt = doubt;
    }

    /**
     * A format that can be tried.
     *
     * @param reader of its lines: what commands and jobs use
     */
    private record Tried(DeclaredFormat declared, LineReader reader) {}

    /** All formats, compiled once. */
    public static final class Choice {
        private final List<Tried> formats = new ArrayList<>();
        private final List<String> broken = new ArrayList<>();

        /** All that have a name there. */
        public Choice(Formats formats) {
            for (String name : formats.names()) {
                try {
                    DeclaredFormat declared = formats.declared(name, ZoneOffset.UTC);
                    Parser parser = formats.isSites(name) ? declared : formats.parser(name, ZoneOffset.UTC);
                    this.formats.add(new Tried(declared, new LineReader(parser)));
                } catch (IllegalArgumentException e) {
                    broken.add(String.valueOf(e.getMessage()));
                }
            }
        }
    }

    /** Tries all formats on lines. */
    public static Detection of(Choice choice, LogSample sample) {
        List<LogSample.Line> lines = sample.lines();
        List<Candidate> candidates = new ArrayList<>();
        Set<Integer> probes = probes(lines.size());
        for (Tried one : choice.formats) {
            Candidate candidate = new Candidate(one.declared, one.reader, Candidate.Kind.of(one.declared.name()));
            probes.forEach(number -> candidate.attempt(number, lines.get(number)));
            if (candidate.valid() == 0) {
                continue;
            }
            for (int number = 0; number < lines.size(); number++) {
                if (!probes.contains(number)) {
                    candidate.attempt(number, lines.get(number));
                }
            }
            candidates.add(candidate);
        }
        return judged(lines, candidates, choice.formats.size() - candidates.size(), choice.broken);
    }

    /** Numbers of lines, evenly over all. */
    private static Set<Integer> probes(int lines) {
        Set<Integer> probes = new HashSet<>();
        for (int i = 0; i < PROBES && lines > 0; i++) {
            probes.add((int) ((long) i * lines / PROBES));
        }
        return probes;
    }

    private static Detection judged(
            List<LogSample.Line> lines, List<Candidate> candidates, int readNothing, List<String> broken) {
        Comparator<Candidate> byShare = Comparator.comparingDouble(Candidate::share);
        candidates.sort(
                byShare.thenComparing(Candidate::fieldsPerEvent).reversed().thenComparing(Candidate::name));
        List<Candidate> fit =
                candidates.stream().filter(one -> one.share() >= ENOUGH).toList();
        List<Other> others = new ArrayList<>();
        for (Candidate one : candidates) {
            if (one.share() < ENOUGH) {
                others.add(new Other(one, "invalid lines, for example " + one.problem()));
            }
        }
        if (fit.isEmpty()) {
            String doubt = candidates.isEmpty()
                    ? "no format reads any of the lines"
                    : String.format(
                            Locale.ROOT,
                            "no format reads %.0f %% of the lines; the best one, %s, reads %.1f %% of them",
                            100 * ENOUGH,
                            candidates.get(0).name(),
                            100 * candidates.get(0).share());
            return new Detection(lines, List.of(), others, readNothing, broken, doubt);
        }
        return choice(lines, fit, others, readNothing, broken);
    }

    private static Detection choice(
            List<LogSample.Line> lines, List<Candidate> fit, List<Other> losers, int readNothing, List<String> broken) {
        List<Candidate> rest = new ArrayList<>(fit);
        List<Other> others = new ArrayList<>();
        boolean header = lines.stream().filter(line -> line.fields() != null).count() >= ENOUGH * lines.size()
                && fit.stream().anyMatch(Candidate::followsFields);
        rest.removeIf(one -> {
            String why = foreign(one, header);
            if (why != null) {
                others.add(new Other(one, why));
            }
            return why != null;
        });
        Comparator<Candidate> byFields = Comparator.comparingLong(one -> Math.round(-10 * one.fieldsPerEvent()));
        rest.sort(Comparator.comparing(Candidate::kind)
                .thenComparing(byFields)
                .thenComparing(one -> -one.likeSamples(lines))
                .thenComparing(Candidate::name));
        Candidate first = rest.get(0);
        List<Candidate> best = new ArrayList<>(List.of(first));
        for (Candidate one : rest) {
            if (one == first) {
                continue;
            }
            String why = loses(one, first, lines);
            if (why == null) {
                best.add(one);
            } else {
                others.add(new Other(one, why));
            }
        }
        others.addAll(losers);
        Other narrower = narrower(first, losers);
        if (narrower != null) {
            for (Candidate one : best) {
                others.add(new Other(one, "it reads nearly anything"));
            }
            String doubt = String.format(
                    Locale.ROOT,
                    "%s reads only %.1f %% of the lines, and what %s finds in them may be anything",
                    narrower.candidate().name(),
                    100 * narrower.candidate().share(),
                    first.name());
            return new Detection(lines, List.of(), others, readNothing, broken, doubt);
        }
        return new Detection(lines, best, others, readNothing, broken, doubt(best));
    }

    /** Why a format cannot be that of a W3C log with a header, whatever it reads; null if it can. */
    private static @Nullable String foreign(Candidate one, boolean header) {
        if (header && !one.followsFields()) {
            return "the log names its columns in a line #Fields, which the format does not know";
        }
        // A vendor's columns are not those of another vendor's header.
        return one.kind() == Candidate.Kind.VENDOR && !one.hasOwnColumns()
                ? "the line #Fields names other columns than the format has"
                : null;
    }

    /** A format that is made for fewer lines than the first one and reads many of these; null if there is none. */
    private static @Nullable Other narrower(Candidate first, List<Other> losers) {
        for (Other loser : losers) {
            Candidate one = loser.candidate();
            if (first.kind().isWiderThan(one.kind()) && one.share() >= MANY) {
                return loser;
            }
        }
        return null;
    }

    private static @Nullable String doubt(List<Candidate> best) {
        Candidate first = best.get(0);
        if (first.fields().stream().noneMatch(TELLING::contains)) {
            return "what reads the lines finds neither client nor destination nor URL in them, only "
                    + String.join(", ", first.fields());
        }
        return best.size() == 1
                ? null
                : "several formats are as good: "
                        + String.join(
                                ", ",
                                best.stream().map(Candidate::name).sorted().toList());
    }

    /** Why a format that reads the lines is clearly not as good as the first one; null if it is as good. */
    private static @Nullable String loses(Candidate one, Candidate first, List<LogSample.Line> lines) {
        double more = first.fieldsPerEvent() - one.fieldsPerEvent();
        if (one.kind().isWiderThan(first.kind())) {
            return more > -FIELDS ? "it reads nearly anything; " + first.name() + " is made for such lines" : null;
        }
        if (first.differs(one) > DIFFERENT) {
            return null;
        }
        if (more >= FIELDS) {
            return String.format(
                    Locale.ROOT,
                    "%.1f fields per event instead of %.1f; it lacks %s",
                    one.fieldsPerEvent(),
                    first.fieldsPerEvent(),
                    String.join(", ", one.lacks(first)));
        }
        if (first.likeSamples(lines) >= ALIKE && one.shorterThanSamples(lines) >= ENOUGH) {
            return "the same events, but its own lines have more columns";
        }
        return null;
    }

    /** Whether there is an answer. */
    public boolean isClear() {
        return doubt == null;
    }

    /** Why there is no answer; null if there is one. */
    public @Nullable String doubt() {
        return doubt;
    }

    /** The answer; without one those that are as good, or none. */
    public List<Candidate> best() {
        return best;
    }

    /** Formats that read some of the lines and are not as good, the better ones first. */
    public List<Other> others() {
        return others;
    }

    /** How many formats read none of the lines. */
    public int readNothing() {
        return readNothing;
    }

    /** Declarations of the site's folder that cannot be used. */
    public List<String> broken() {
        return broken;
    }

    /** Whether several formats are as good. */
    public boolean isTie() {
        return best.size() > 1 && doubt != null;
    }

    /** Whether all of the best make the same events of the lines. */
    public boolean isSame() {
        return best.stream().allMatch(one -> one.events().equals(best.get(0).events()));
    }

    /**
     * A line as it came out.
     *
     * @param place file and number
     * @param fields of the event, by their names in ProxyEvent
     */
    public record Shown(String place, byte[] line, SortedMap<String, String> fields) {}

    /** Two lines as the best format reads them: the first one, and one from the middle. */
    public List<Shown> shown() {
        if (best.isEmpty()) {
            return List.of();
        }
        List<Map.Entry<Integer, SortedMap<String, String>>> events =
                List.copyOf(best.get(0).events().entrySet());
        List<Shown> shown = new ArrayList<>();
        for (int i : events.size() == 1 ? List.of(0) : List.of(0, events.size() / 2)) {
            LogSample.Line line = lines.get(events.get(i).getKey());
            shown.add(new Shown(line.place(), line.bytes(), events.get(i).getValue()));
        }
        return shown;
    }
}
