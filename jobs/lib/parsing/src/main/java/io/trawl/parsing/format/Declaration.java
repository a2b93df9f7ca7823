package io.trawl.parsing.format;

import io.trawl.parsing.envelope.Cri;
import io.trawl.parsing.envelope.Envelope;
import io.trawl.parsing.envelope.JsonField;
import io.trawl.parsing.envelope.RecordList;
import io.trawl.parsing.envelope.Syslog;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.mapping.Field;
import io.trawl.record.ProxyEvent;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** The file of a format, read and checked. */
final class Declaration {
    private static final List<String> KEYS = List.of(
            "name",
            "title",
            "link",
            "verified",
            "version",
            "envelope",
            "zone",
            "absent",
            "arrival",
            "wrapped",
            "cut",
            "grammar",
            "map",
            "any",
            "samples");

    final String name;
    final String title;
    final String link;
    final boolean verified;
    final int version;
    /** Whether the time at which a line arrived is its time where it has none. */
    final boolean arrival;
    /** Whether a line without any envelope is another format's. */
    final boolean wrapped;
    /** Bytes after which the writer cuts a line and runs the next one into it, NUL between the two; 0 if it does not. */
    final int cut;

    /** What cuts a message into records; null where each message is a line. */
    final @Nullable RecordList records;

    final List<Envelope> envelopes;
    final List<Way> ways;
    /** Whether a line of the file may name the columns. */
    final boolean follows;
    /** Whether such a line must name the columns that the format needs. */
    final boolean needsFields;

    final List<Sample> samples;

    /**
     * Which column fills which field, as a declaration or the arguments of a generic format say it.
     *
     * @param fields columns by field
     * @param mayLack whether it may name columns that the lines do not have: then the next map counts
     */
    record ColumnMap(Map<String, Yaml> fields, boolean mayLack) {
        /** The columns that are named as fields, for example url_original, or $url_original in a format string. */
        static ColumnMap namesakes(List<Plan> plans) {
            Map<String, Yaml> fields = new LinkedHashMap<>();
            for (Plan plan : plans) {
                for (String column : plan.names()) {
                    String label = column.startsWith("$") ? column.substring(1) : column;
                    if (Field.of(label) != null) {
                        fields.put(label, Yaml.text(column));
                    }
                }
            }
            return new ColumnMap(fields, true);
        }
    }

    private Declaration(Map<String, Yaml> written, Yaml root, ZoneId sourceZone, @Nullable W3cFields fields) {
        this.name = required(written, "name", root).text();
        this.title = required(written, "title", root).text();
        this.link = required(written, "link", root).text();
        this.verified = required(written, "verified", root).flag();
        this.version = written.containsKey("version") ? written.get("version").number() : 1;
        Arguments arguments = Arguments.of(name, written.get(Arguments.KEY));
        Map<String, Yaml> keys = arguments.over(written);
        this.arrival = keys.containsKey("arrival") && keys.get("arrival").flag();
        this.wrapped = keys.containsKey("wrapped") && keys.get("wrapped").flag();
        this.cut = keys.containsKey("cut") ? keys.get("cut").number() : 0;
        List<Yaml> opened = keys.containsKey("envelope") ? listed(keys.get("envelope")) : List.of();
        this.records = records(opened);
        this.envelopes = envelopes(records == null ? opened : opened.subList(1, opened.size()));
        ZoneId zone = keys.containsKey("zone") ? zone(keys.get("zone")) : sourceZone;
        List<String> absent = keys.containsKey("absent") ? keys.get("absent").texts() : List.of("-", "\"\"");
        List<Grammar> grammars = grammars(keys, root, arguments);
        this.needsFields = grammars.stream().anyMatch(one -> Zeek.is(one.grammar));
        this.ways = ways(grammars, absent, zone, fields);
        this.follows = needsFields || ways.stream().anyMatch(Way::isW3c);
        // Lines of other columns are no lines of the source.
        this.samples = arguments.isEmpty() ? samples(required(written, "samples", root)) : List.of();
    }

    /**
     * Reads a declaration.
     *
     * @param file for messages
     * @param zone of times that name none, where the format has no zone of its own
     * @param fields columns in the place of those that the grammar w3c has; null for the grammar's own
     */
    static Declaration read(String file, String text, ZoneId zone, @Nullable W3cFields fields) {
        Yaml root = Yaml.of(file, text);
        // A file has no arguments: nobody is to read of them in a message.
        List<String> keys = hasArguments(text)
                ? Stream.concat(KEYS.stream(), Stream.of(Arguments.KEY)).toList()
                : KEYS;
        return new Declaration(root.map(keys), root, zone, fields);
    }

    private static boolean hasArguments(String text) {
        return text.contains("\n" + Arguments.KEY + ":\n");
    }

    /**
     * Refuses a file with arguments in it, which are a source's: the file's samples would not be looked at.
     *
     * @throws IllegalArgumentException with file and line
     */
    static void refuseArguments(String file, String text) {
        if (hasArguments(text)) {
            Yaml.of(file, text).map(KEYS);
        }
    }

    private static Yaml required(Map<String, Yaml> keys, String key, Yaml root) {
        Yaml value = keys.get(key);
        if (value == null) {
            throw root.error("no " + key + "; a format has "
                    + String.join(", ", "name", "title", "link", "verified", "grammar", "samples"));
        }
        return value;
    }

    static ZoneId zone(Yaml value) {
        try {
            return ZoneId.of(value.text());
        } catch (DateTimeException e) {
            throw value.error("'" + value.text() + "' is not a zone; expected, for example, UTC or Europe/Berlin");
        }
    }

    private static List<Yaml> listed(Yaml value) {
        return value.isList() ? value.list() : List.of(value);
    }

    /** What cuts messages, which is before every envelope; null if nothing does. */
    private static @Nullable RecordList records(List<Yaml> envelopes) {
        RecordList records = null;
        for (int i = 0; i < envelopes.size(); i++) {
            Yaml one = envelopes.get(i);
            if (!one.isMap() || !one.map(null).containsKey("records")) {
                continue;
            }
            Yaml path = required(one.map(List.of("records")), "records", one);
            if (i > 0) {
                throw one.error("records is behind another envelope; expected it first: a message is cut before its"
                        + " records are read");
            }
            try {
                records = new RecordList(path.text());
            } catch (IllegalArgumentException e) {
                throw path.error(String.valueOf(e.getMessage()));
            }
        }
        return records;
    }

    private static List<Envelope> envelopes(List<Yaml> names) {
        List<Envelope> envelopes = new ArrayList<>();
        for (Yaml one : names) {
            if (one.isMap()) {
                Map<String, Yaml> json = one.map(List.of("json", "time"));
                Yaml line = required(json, "json", one);
                Yaml time = json.get("time");
                envelopes.add(new JsonField(line.texts(), time == null ? List.of() : time.texts()));
                continue;
            }
            envelopes.add(
                    switch (one.text()) {
                        case "syslog" -> new Syslog(false);
                        case "syslog-with-data" -> new Syslog(true);
                        case "cri" -> new Cri();
                        case "docker" -> new JsonField(List.of("log"), List.of("time"));
                        case "kubernetes" ->
                            new JsonField(List.of("log", "message"), List.of("time", "@timestamp", "timestamp"));
                        default ->
                            throw one.error(
                                    "unknown envelope " + one.text()
                                            + "; expected one of syslog, syslog-with-data, cri, docker, kubernetes, {json: FIELD, time: FIELD}, or {records: PATH}");
                    });
        }
        return envelopes;
    }

    /**
     * A grammar of the format.
     *
     * @param maps what its columns mean, a field of an earlier one wins
     */
    private record Grammar(Yaml grammar, List<ColumnMap> maps) {}

    private static List<Grammar> grammars(Map<String, Yaml> keys, Yaml root, Arguments arguments) {
        // A source that names its columns need not have all that the declaration knows.
        ColumnMap shared =
                new ColumnMap(keys.containsKey("map") ? keys.get("map").map(null) : Map.of(), !arguments.isEmpty());
        Yaml any = keys.get("any");
        if (any == null) {
            List<ColumnMap> maps =
                    arguments.isEmpty() ? List.of(shared) : List.of(new ColumnMap(arguments.fields(), false), shared);
            return List.of(new Grammar(required(keys, "grammar", root), maps));
        }
        if (keys.containsKey("grammar")) {
            throw keys.get("grammar").error("both grammar and any; expected one of them");
        }
        List<Grammar> grammars = new ArrayList<>();
        for (Yaml one : any.list()) {
            Map<String, Yaml> own = one.map(List.of("grammar", "map"));
            List<ColumnMap> maps = List.of(
                    new ColumnMap(own.containsKey("map") ? own.get("map").map(null) : Map.of(), false), shared);
            grammars.add(new Grammar(required(own, "grammar", one), maps));
        }
        return grammars;
    }

    private List<Way> ways(List<Grammar> grammars, List<String> absent, ZoneId zone, @Nullable W3cFields fields) {
        List<Way> ways = new ArrayList<>();
        for (Grammar one : grammars) {
            List<Way> more = Way.read(one.grammar, one.maps, absent, zone, fields);
            // With the columns of a header all layouts of W3C are the same one.
            boolean again = fields != null && ways.stream().anyMatch(Way::isW3c);
            // And columns by their place are not those that a header of Zeek names.
            boolean other = fields != null && needsFields && !Zeek.is(one.grammar);
            more.stream().filter(way -> !other && (!again || !way.isW3c())).forEach(ways::add);
        }
        if (ways.isEmpty() && fields != null) {
            throw new IllegalArgumentException("the line #fields lacks a column that " + name + " needs; expected "
                    + grammars.stream()
                            .filter(one -> Zeek.is(one.grammar))
                            .map(one -> String.join(", ", Zeek.needs(one.grammar)))
                            .collect(Collectors.joining(", or ")));
        }
        if (ways.isEmpty()) {
            throw grammars.get(0)
                    .grammar
                    .error("the grammar zeek alone; expected another one under any, for lines without a line #fields");
        }
        return ways;
    }

    private static Instant instant(Yaml value) {
        try {
            return Instant.parse(value.text());
        } catch (DateTimeException e) {
            throw value.error("'" + value.text() + "' is not a moment; expected, for example, 2024-06-12T10:11:12Z");
        }
    }

    private static Sample sample(Yaml one, Map<String, Yaml> keys, String line, @Nullable Instant arrived) {
        SortedMap<String, String> event = new TreeMap<>();
        if (keys.containsKey("event")) {
            keys.get("event").map(null).forEach((field, text) -> {
                Schema.Field known = ProxyEvent.getClassSchema().getField(field);
                if (known == null) {
                    throw text.error("no field " + field + " in ProxyEvent; expected, for example, url_original");
                }
                event.put(field, text.text());
            });
        }
        Yaml refused = keys.get("refused");
        if (refused == null && event.isEmpty()) {
            throw one.error("a sample without event and refused; expected what must become of the line");
        }
        return new Sample(
                one.line(),
                line,
                keys.containsKey("under") ? keys.get("under").text() : null,
                arrived,
                event,
                refused == null ? null : refused.text(),
                List.of());
    }

    private static List<Sample> samples(Yaml value) {
        List<Sample> samples = new ArrayList<>();
        for (Yaml one : value.list()) {
            Map<String, Yaml> keys = one.map(List.of("line", "under", "arrived", "event", "refused", "records"));
            Instant arrived = keys.containsKey("arrived") ? instant(keys.get("arrived")) : null;
            String line = required(keys, "line", one).text();
            if (!keys.containsKey("records")) {
                samples.add(sample(one, keys, line, arrived));
                continue;
            }
            if (keys.containsKey("event") || keys.containsKey("refused")) {
                throw one.error("records beside event or refused; expected one of them");
            }
            String under = keys.containsKey("under") ? keys.get("under").text() : null;
            List<Sample> records = new ArrayList<>();
            for (Yaml record : keys.get("records").list()) {
                records.add(sample(record, record.map(List.of("event", "refused")), "", arrived));
            }
            samples.add(new Sample(one.line(), line, under, arrived, new TreeMap<>(), null, records));
        }
        if (samples.isEmpty()) {
            throw value.error("no sample; expected at least one line with the event that it must become");
        }
        return samples;
    }
}
