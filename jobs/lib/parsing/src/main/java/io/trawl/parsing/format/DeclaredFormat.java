package io.trawl.parsing.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.parsing.envelope.Envelope;
import io.trawl.parsing.envelope.Frame;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Mapping;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** The parser of a declared format, compiled once. A task gets the declaration's text and compiles it again. */
public final class DeclaredFormat implements Parser {
    private static final long serialVersionUID = 1L;

    /** Of a line that some other way may read: the message is made when there is none. */
    private static final Failure NOT_THIS_WAY = new Failure(Reason.SYNTAX, null, "not of this grammar");

    private final transient Declaration declaration;
    private final transient Envelope[] envelopes;
    private final transient Way[] ways;
    private final transient int columnsAtMost;
    private final String file;
    private final String text;
    private final ZoneId zone;
    /** Whether the time at which a line arrived is its time where it has none. */
    private final boolean arrival;

    private final @Nullable W3cFields fields;

    private DeclaredFormat(String file, String text, ZoneId zone, boolean arrivalIsKnown, @Nullable W3cFields fields) {
        this.file = file;
        this.text = text;
        this.zone = zone;
        this.fields = fields;
        this.declaration = Declaration.read(file, text, zone, fields);
        this.arrival = declaration.arrival && arrivalIsKnown;
        this.envelopes = declaration.envelopes.toArray(Envelope[]::new);
        this.ways = declaration.ways.toArray(Way[]::new);
        this.columnsAtMost = declaration.ways.stream()
                .mapToInt(way -> way.grammar.size())
                .max()
                .orElse(0);
    }

    /**
     * Compiles a declaration.
     *
     * @param file its name, for messages
     * @param text what is in it
     * @param zone of times that name none, where the format has no zone of its own
     * @throws IllegalArgumentException with file, line and what would be right
     */
    public static DeclaredFormat of(String file, String text, ZoneId zone) {
        Declaration.refuseArguments(file, text);
        return new DeclaredFormat(file, text, zone, true, null);
    }

    /** Compiles the declaration in a file, whose name must be the format's with .yaml after it. */
    public static DeclaredFormat of(Path file, ZoneId zone) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
        }
        return named(file.getFileName().toString().replaceFirst("\\.yaml$", ""), file.toString(), text, zone);
    }

    /** Compiles a declaration that must have a name. */
    static DeclaredFormat named(String name, String file, String text, ZoneId zone) {
        Declaration.refuseArguments(file, text);
        return kept(name, file, text, zone);
    }

    /** The same of a text of {@link #text}, which may have a source's arguments in it. */
    static DeclaredFormat kept(String name, String file, String text, ZoneId zone) {
        DeclaredFormat format = new DeclaredFormat(file, text, zone, true, null);
        if (!format.name().equals(name)) {
            throw new IllegalArgumentException(
                    file + ":1: the format's name is " + format.name() + "; expected " + name + ", as its file's");
        }
        return format;
    }

    @Override
    public String name() {
        return declaration.name;
    }

    @Override
    public int version() {
        return declaration.version;
    }

    @Override
    public DeclaredFormat withoutArrival() {
        return arrival ? new DeclaredFormat(file, text, zone, false, fields) : this;
    }

    /** The text of its declaration. */
    public String text() {
        return text;
    }

    /** Whether it is a generic format with arguments: its text has them, and its samples are not its own. */
    public boolean hasArguments() {
        return declaration.samples.isEmpty();
    }

    /** What it is, for a person. */
    public String title() {
        return declaration.title;
    }

    /** The page of the vendor that describes it. */
    public String link() {
        return declaration.link;
    }

    /** Whether real lines of it have been seen. */
    public boolean isVerified() {
        return declaration.verified;
    }

    @Override
    public @Nullable Failure parse(byte[] line, ProxyEvent into) {
        return parse(line, null, into);
    }

    @Override
    public @Nullable Failure parse(byte[] line, @Nullable Instant arrived, ProxyEvent into) {
        int to = line.length;
        // A carriage return at the end is half a line end, as an agent leaves it of CR LF.
        if (to > 0 && line[to - 1] == '\r') {
            to--;
        }
        byte[] bytes = line;
        int from = 0;
        Frame frame = null;
        for (Envelope envelope : envelopes) {
            if (frame != null) {
                envelope.open(frame);
            } else if (envelope.mayBegin(line, 0, to)) {
                frame = new Frame(line, 0, to);
                envelope.open(frame);
            }
        }
        if (frame != null) {
            bytes = frame.bytes;
            from = frame.from;
            to = frame.to;
        }
        if (isBlank(bytes, from, to)) {
            return new Failure(Reason.EMPTY, null, "the line is empty");
        }
        if (bytes[from] == '#' && followsFields()) {
            return Refusing.DIRECTIVE;
        }
        if (declaration.wrapped && bytes == line && from == 0) {
            return new Failure(
                    Reason.SYNTAX,
                    null,
                    "no envelope around the line; expected, for example, <134>Jun 12 10:11:12 host");
        }
        if (isCut(bytes, from, to, declaration.cut)) {
            return new Failure(
                    Reason.SYNTAX,
                    null,
                    "the line was cut at " + declaration.cut
                            + " bytes and the next one written behind it; expected one line; a format of one's own may have no"
                            + " such limit");
        }
        Failure first = null;
        Columns columns = new Columns(columnsAtMost, bytes);
        for (int i = 0; i < ways.length; i++) {
            if (i > 0) {
                columns.clear();
            }
            Failure failure = parse(ways[i], bytes, from, to, columns, frame, arrived, into);
            if (failure == null) {
                return null;
            }
            if (failure == NOT_THIS_WAY) {
                continue;
            }
            // What could be read but for one column says more than what could not be read at all.
            first = first == null ? failure : first;
        }
        return first == null ? ways[0].failure(bytes, from, to) : first;
    }

    private @Nullable Failure parse(
            Way way,
            byte[] bytes,
            int from,
            int to,
            Columns columns,
            @Nullable Frame frame,
            @Nullable Instant near,
            ProxyEvent into) {
        if (!way.grammar.scan(bytes, from, to, columns)) {
            return NOT_THIS_WAY;
        }
        Failure failure = way.mapping.fill(columns, near, into);
        if (failure == null && into.getTimestamp() == null) {
            if (frame != null && frame.timeTo > frame.timeFrom) {
                way.mapping.time(frame.timeBytes, frame.timeFrom, frame.timeTo, near, into);
            }
            if (into.getTimestamp() == null && arrival && near != null) {
                into.setTimestamp(near);
            }
            if (into.getTimestamp() == null) {
                failure = new Failure(
                        Reason.TIMESTAMP, "timestamp", "no time in the line; expected one in it or in its envelope");
            }
        }
        if (failure != null) {
            Mapping.clear(into);
        }
        return failure;
    }

    @Override
    public @Nullable PlainLine plainLine() {
        return DeclaredPlainLine.of(declaration, columnsAtMost);
    }

    /** Whether a line was cut and runs into the next one. */
    static boolean isCut(byte[] b, int from, int to, int cut) {
        return cut > 0 && to - from > cut && b[from + cut] == 0;
    }

    static boolean isBlank(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (b[i] != ' ' && b[i] != '\t' && b[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean hasRecords() {
        return declaration.records != null;
    }

    @Override
    public @Nullable Records records(byte[] message) {
        return declaration.records == null ? null : declaration.records.of(message);
    }

    /** The lines of its samples. */
    public List<String> samples() {
        return declaration.samples.stream().map(Sample::line).toList();
    }

    /** Whether its lines have the columns that the last line {@code #Fields} of their file names, if it has one. */
    public boolean followsFields() {
        return declaration.follows;
    }

    /** Whether it reads lines under such a header only if the header names the columns that make the format what it is. */
    public boolean needsFields() {
        return declaration.needsFields;
    }

    /**
     * The same format with other columns: those of a line {@code #Fields}.
     *
     * @param header what comes after {@code #Fields:} or {@code #fields}
     * @throws IllegalArgumentException the header names no columns, other ones than the format needs, or more than a line may
     *     have
     */
    public DeclaredFormat withFields(String header) {
        return new DeclaredFormat(file, text, zone, isArrivalKnown(), W3cFields.of(header));
    }

    @Override
    public Parser under(String header) {
        String names = followsFields() ? W3cFields.behind(header) : null;
        if (names == null) {
            return this;
        }
        try {
            return withFields(names);
        } catch (IllegalArgumentException e) {
            return new Refusing(name(), version(), String.valueOf(e.getMessage()));
        }
    }

    private boolean isArrivalKnown() {
        return arrival == declaration.arrival;
    }

    /** The layouts of its lines, in the order in which they are tried. */
    public List<Layout> layouts() {
        return declaration.ways.stream().map(way -> way.layout).toList();
    }

    /** Its samples with what must become of them. */
    public List<Sample> allSamples() {
        return declaration.samples;
    }

    /** What is wrong with the samples of the declaration, each with its place; empty where all are right. */
    public List<String> failures() {
        return SampleCheck.failures(this, file);
    }

    /** The fields of an event that a line decides and that are there, as a sample has them. */
    public static SortedMap<String, String> fields(ProxyEvent event) {
        SortedMap<String, String> fields = new TreeMap<>();
        for (Schema.Field field : ProxyEvent.getClassSchema().getFields()) {
            Object value = event.get(field.pos());
            if (value != null && !OF_THE_MESSAGE.contains(field.name())) {
                fields.put(field.name(), value.toString());
            }
        }
        return fields;
    }

    private static final List<String> OF_THE_MESSAGE = List.of("event_id", "source", "window", "partition", "offset");

    /** The declarations of a folder by name; a file of the folder that is no .yaml is not looked at. */
    public static Map<String, Path> folder(Path folder) {
        Map<String, Path> files = new TreeMap<>();
        try (var list = Files.list(folder)) {
            list.filter(file -> file.toString().endsWith(".yaml"))
                    .forEach(file -> files.put(file.getFileName().toString().replaceFirst("\\.yaml$", ""), file));
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be read: " + e.getMessage(), e);
        }
        return files;
    }

    /**
     * The same format with arguments, for one that takes some: other columns, another layout, fields made of other columns.
     *
     * @param arguments values by name, for example {@code columns} or {@code url_original}
     * @throws IllegalArgumentException one is unknown, or its value is wrong
     */
    DeclaredFormat with(Map<String, String> arguments) {
        return new DeclaredFormat(file, Arguments.into(text, arguments), zone, isArrivalKnown(), fields);
    }

    private Object writeReplace() {
        return new Written(file, text, zone, isArrivalKnown(), fields);
    }

    @SuppressWarnings("unused")
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a format is written as its text");
    }

    /** What is sent to a task. */
    private record Written(
            String file,
            String text,
            ZoneId zone,
            boolean arrivalIsKnown,
            @Nullable W3cFields fields) implements Serializable {
        /** Those that this process has compiled: a stream's tasks come twice a second. */
        private static final Map<Written, DeclaredFormat> COMPILED =
                Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Written, DeclaredFormat> eldest) {
                        return size() > MOST;
                    }
                });

        private static final int MOST = 64;

        private Object readResolve() {
            DeclaredFormat compiled = COMPILED.get(this);
            if (compiled == null) {
                compiled = new DeclaredFormat(file, text, zone, arrivalIsKnown, fields);
                COMPILED.put(this, compiled);
            }
            return compiled;
        }
    }
}
