package io.trawl.intel;

import io.trawl.record.Indicator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a feed's file: a plain list of mixed types (one a line, {@code #} comments, defanged or not), or CSV with named
 * columns. Every line becomes an indicator, a rejection with a reason, or is a comment; nothing is passed over in
 * silence.
 */
public final class Feeds {
    private static final Set<String> VALUE = Set.of(
            "indicator",
            "ioc",
            "ioc_value",
            "value",
            "url",
            "domain",
            "host",
            "hostname",
            "fqdn",
            "ip",
            "ip_address",
            "dst_ip",
            "address",
            "cidr",
            "network",
            "observable");
    private static final Set<String> CONFIDENCE = Set.of("confidence", "confidence_level", "score");
    private static final Set<String> FROM = Set.of("valid_from");
    private static final Set<String> UNTIL = Set.of("valid_until", "expires", "expiration");
    private static final Set<String> LABELS =
            Set.of("labels", "tags", "malware", "malware_printable", "threat", "threat_type", "family");
    private static final Set<String> KNOWN = union(VALUE, CONFIDENCE, FROM, UNTIL, LABELS);

    private Feeds() {}

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        Set<String> all = new HashSet<>();
        for (Set<String> set : sets) {
            all.addAll(set);
        }
        return all;
    }

    /**
     * A line that is no indicator.
     *
     * @param line number of the line, from 1
     * @param text the line
     * @param reason why
     */
    public record Rejected(int line, String text, String reason) {}

    /**
     * What a file had.
     *
     * @param indicators distinct indicators
     * @param rejected lines that are none
     * @param repeated lines that name an indicator that the file had already
     */
    public record Count(int indicators, int rejected, int repeated) {}

    /**
     * Reads a file, in plain or CSV form as its first line with content tells.
     *
     * @param feed name of the feed
     */
    public static Count read(InputStream in, String feed, Consumer<Indicator> indicators, Consumer<Rejected> rejected)
            throws IOException {
        Sink sink = new Sink(feed, indicators, rejected);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            int number = 0;
            List<String> header = null;
            boolean decided = false;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                String content = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
                if (content.isBlank()) {
                    continue;
                }
                boolean comment = content.stripLeading().startsWith("#");
                if (!decided) {
                    // abuse.ch has the header as the last line of the comment.
                    List<String> columns =
                            header(comment ? content.stripLeading().substring(1) : content);
                    if (columns != null) {
                        header = columns;
                        decided = !comment;
                        continue;
                    }
                }
                if (comment) {
                    continue;
                }
                decided = true;
                if (header == null) {
                    plain(sink, number, content);
                } else {
                    row(sink, number, content, header);
                }
            }
        }
        return sink.count();
    }

    /** The columns of a header line, in lower case; null where it is none. */
    private static @Nullable List<String> header(String line) {
        List<String> columns = new ArrayList<>();
        boolean value = false;
        int known = 0;
        List<String> fields;
        try {
            fields = fields(line);
        } catch (IOException e) {
            return null;
        }
        for (String field : fields) {
            String name =
                    field.strip().toLowerCase(Locale.ROOT).replace(' ', '_').replaceAll("_utc$", "");
            columns.add(name);
            value |= VALUE.contains(name);
            known += KNOWN.contains(name) || name.matches("[a-z][a-z_0-9]*") ? 1 : 0;
        }
        return value && known == columns.size() && (columns.size() > 1 || VALUE.contains(columns.get(0)))
                ? columns
                : null;
    }

    private static List<String> fields(String line) throws IOException {
        try (CSVParser parser = CSVParser.parse(
                new StringReader(line),
                CSVFormat.DEFAULT.builder().setIgnoreSurroundingSpaces(true).build())) {
            for (CSVRecord record : parser) {
                return record.toList();
            }
            return List.of();
        } catch (IllegalStateException | java.io.UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void plain(Sink sink, int number, String line) {
        String content = line;
        // A comment behind a value; a # in a URL has no space before it.
        int comment = content.indexOf(" #");
        int tab = content.indexOf("\t#");
        if (tab >= 0 && (comment < 0 || tab < comment)) {
            comment = tab;
        }
        if (comment >= 0) {
            content = content.substring(0, comment);
        }
        sink.add(number, line, content, Map.of());
    }

    private static void row(Sink sink, int number, String line, List<String> header) {
        List<String> fields;
        try {
            fields = fields(line);
        } catch (IOException e) {
            sink.reject(number, line, "no CSV: " + e.getMessage());
            return;
        }
        if (fields.size() > header.size()) {
            sink.reject(number, line, fields.size() + " columns, the header has " + header.size());
            return;
        }
        Map<String, String> named = new HashMap<>();
        String value = null;
        for (int i = 0; i < fields.size(); i++) {
            String name = header.get(i);
            String field = fields.get(i).strip();
            named.put(name, field);
            if (value == null && VALUE.contains(name) && !field.isEmpty()) {
                value = field;
            }
        }
        if (value == null) {
            sink.reject(number, line, "no value in any of the columns " + String.join(", ", header));
            return;
        }
        sink.add(number, line, value, named);
    }

    /** Turns values into indicators and keeps count. */
    private static final class Sink {
        private final String feed;
        private final Consumer<Indicator> indicators;
        private final Consumer<Rejected> rejections;
        private final Set<String> seen = new HashSet<>();
        private int rejected;
        private int repeated;

        Sink(String feed, Consumer<Indicator> indicators, Consumer<Rejected> rejections) {
            this.feed = feed;
            this.indicators = indicators;
            this.rejections = rejections;
        }

        Count count() {
            return new Count(seen.size(), rejected, repeated);
        }

        void reject(int number, String line, String reason) {
            rejected++;
            rejections.accept(new Rejected(number, line, reason));
        }

        void add(int number, String line, String text, Map<String, String> named) {
            if (text.indexOf('\uFFFD') >= 0) {
                reject(number, line, "not UTF-8");
                return;
            }
            Indicators.Read read = Indicators.read(text);
            if (read.value() == null) {
                reject(number, line, read.reason());
                return;
            }
            Indicator indicator = new Indicator();
            indicator.setIndicatorId(Indicators.id(read.type(), read.value(), feed));
            indicator.setType(read.type());
            indicator.setValue(read.value());
            indicator.setOriginal(text.strip());
            indicator.setFeed(feed);
            indicator.setLine(number);
            List<String> labels = new ArrayList<>();
            for (Map.Entry<String, String> column : named.entrySet()) {
                String name = column.getKey();
                String content = column.getValue();
                if (content.isEmpty()) {
                    continue;
                }
                if (CONFIDENCE.contains(name)) {
                    if (!content.matches("[0-9]{1,2}|100")) {
                        reject(number, line, name + " '" + content + "' is no number of 0 to 100");
                        return;
                    }
                    indicator.setConfidence(Integer.valueOf(content));
                } else if (FROM.contains(name) || UNTIL.contains(name)) {
                    Instant time = time(content);
                    if (time == null) {
                        reject(
                                number,
                                line,
                                name + " '" + content + "' is no time; expected ISO-8601, as 2026-11-24T10:00:00Z");
                        return;
                    }
                    if (FROM.contains(name)) {
                        indicator.setValidFrom(time);
                    } else {
                        indicator.setValidUntil(time);
                    }
                } else if (LABELS.contains(name)) {
                    for (String label : content.split("[|;,]")) {
                        if (!label.isBlank()) {
                            labels.add(label.strip());
                        }
                    }
                }
            }
            labels.sort(null);
            indicator.setLabels(labels);
            if (!seen.add(indicator.getIndicatorId())) {
                repeated++;
                return;
            }
            indicators.accept(indicator);
        }

        private static @Nullable Instant time(String text) {
            String iso = text.replace(' ', 'T').replaceAll("T?UTC$", "Z");
            try {
                if (iso.length() == 10) {
                    return LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC);
                }
                return iso.matches(".*(Z|[+-][0-9:]{4,6})$")
                        ? OffsetDateTime.parse(iso).toInstant()
                        : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                return null;
            }
        }
    }
}
