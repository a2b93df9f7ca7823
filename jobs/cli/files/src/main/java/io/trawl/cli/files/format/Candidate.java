package io.trawl.cli.files.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A format that is tried on lines, and what came of them. */
public final class Candidate {
    /** Whose lines a format is made for, the narrowest first: a wider one is only chosen if no narrower one reads the lines. */
    enum Kind {
        /** One product's. */
        VENDOR,
        /** Those of everybody who keeps to a standard. */
        STANDARD,
        /** Nearly anybody's. */
        ANY;

        private static final Set<String> STANDARDS = Set.of("w3c", "ltsv", "cef", "leef");
        private static final Set<String> ANYBODY =
                Set.of("csv", "json", "key-value", "format-string", "syslog-3164", "syslog-5424");

        static Kind of(String format) {
            return ANYBODY.contains(format) ? ANY : STANDARDS.contains(format) ? STANDARD : VENDOR;
        }

        boolean isWiderThan(Kind other) {
            return compareTo(other) > 0;
        }
    }

    private final DeclaredFormat declared;
    private final LineReader reader;
    private final Kind kind;
    private final Map<Integer, SortedMap<String, String>> events = new TreeMap<>();
    private final SortedMap<String, Integer> fields = new TreeMap<>();
    private int tried;
    private long filled;
    private int ownColumns;
    private @Nullable String problem;
    private @Nullable Set<String> shapes;

    Candidate(DeclaredFormat declared, LineReader reader, Kind kind) {
        this.declared = declared;
        this.reader = reader;
        this.kind = kind;
    }

    /** Tries a line, and keeps the event. */
    void attempt(int number, LogSample.Line line) {
        tried++;
        LineReader.Read read = reader.read(line.bytes(), line.fields(), line.arrived());
        ProxyEvent event = read.event();
        if (event == null) {
            Failure failure = read.failure();
            if (problem == null && failure != null) {
                problem = line.place() + ": " + failure.message();
            }
            return;
        }
        SortedMap<String, String> text = DeclaredFormat.fields(event);
        events.put(number, text);
        filled += text.size();
        text.keySet().forEach(field -> fields.merge(field, 1, Integer::sum));
        boolean own = line.fields() == null
                || !reader.hasDirectives()
                || declared.needsFields()
                || reader.read(line.bytes(), null, line.arrived()).event() != null;
        ownColumns += own ? 1 : 0;
    }

    /** The format's name. */
    public String name() {
        return declared.name();
    }

    /** What the format is, for a person. */
    public String title() {
        return declared.title();
    }

    /** Whose lines the format is made for. */
    Kind kind() {
        return kind;
    }

    /** How many lines were tried. */
    public int tried() {
        return tried;
    }

    /** How many of them are valid. */
    public int valid() {
        return events.size();
    }

    /** Share of valid lines. */
    public double share() {
        return tried == 0 ? 0 : (double) valid() / tried;
    }

    /** Fields that an event has on average. */
    public double fieldsPerEvent() {
        return valid() == 0 ? 0 : (double) filled / valid();
    }

    /** Names of fields that at least one event has. */
    public Set<String> fields() {
        return fields.keySet();
    }

    /** Where the first invalid line is, and why it is invalid; null if there is none. */
    public @Nullable String problem() {
        return problem;
    }

    /** The events by the number of their line. */
    Map<Integer, SortedMap<String, String>> events() {
        return events;
    }

    /** Whether its lines have the columns that a line {@code #Fields} names. */
    boolean followsFields() {
        return reader.hasDirectives();
    }

    /** Whether the columns that a header names are those of the declaration, or there is no header. */
    boolean hasOwnColumns() {
        return ownColumns >= Detection.ENOUGH * valid();
    }

    /** Share of the valid lines that are built as one of the format's own samples. */
    double likeSamples(List<LogSample.Line> lines) {
        return share(lines, shapes()::contains);
    }

    /** Share of the valid lines that have fewer columns than each of the format's own samples. */
    double shorterThanSamples(List<LogSample.Line> lines) {
        int fewest = shapes().stream().mapToInt(Shape::columns).min().orElse(0);
        return share(lines, shape -> Shape.columns(shape) < fewest);
    }

    private double share(List<LogSample.Line> lines, Predicate<String> test) {
        long count = events.keySet().stream()
                .filter(number -> test.test(Shape.of(lines.get(number).bytes())))
                .count();
        return events.isEmpty() ? 0 : (double) count / events.size();
    }

    private Set<String> shapes() {
        Set<String> own = shapes;
        if (own == null) {
            own = new HashSet<>();
            for (String sample : declared.samples()) {
                own.add(Shape.of(sample.getBytes(StandardCharsets.UTF_8)));
            }
            shapes = own;
        }
        return own;
    }

    /** Places of fields in which it differs from another format: of lines that both read, the share that differs. */
    double differs(Candidate other) {
        int both = 0;
        int different = 0;
        for (Map.Entry<Integer, SortedMap<String, String>> one : events.entrySet()) {
            SortedMap<String, String> others = other.events.get(one.getKey());
            if (others != null) {
                both++;
                different += conflict(one.getValue(), others) ? 1 : 0;
            }
        }
        return both == 0 ? 0 : (double) different / both;
    }

    private static boolean conflict(Map<String, String> one, Map<String, String> other) {
        for (Map.Entry<String, String> field : one.entrySet()) {
            String value = other.get(field.getKey());
            if (value != null && !value.equals(field.getValue())) {
                return true;
            }
        }
        return false;
    }

    /** Fields that another format finds and this one does not. */
    List<String> lacks(Candidate other) {
        List<String> lacking = new ArrayList<>(other.fields());
        lacking.removeAll(fields());
        return lacking;
    }
}
