package io.trawl.intel.feed;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.Ip;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a feed's file, UTF-8: a plain list of mixed types, one a line; CSV with a line that names its columns; or any of
 * the syntaxes of blocklists (hosts, adblock, dnsmasq, RPZ, Suricata's rules). What it is, its lines tell. Every line
 * becomes an indicator, a rejection with a reason, a repetition, or is a comment, a header or blank; nothing is passed
 * over in silence.
 */
public final class Feeds {
    /** Columns that hold the indicator, the surest first: beside a URL its host is not the indicator. */
    private static final List<String> VALUE = List.of(
            "indicator",
            "indicator_value",
            "ioc",
            "ioc_value",
            "value",
            "observable",
            "url",
            "domain",
            "domain_name",
            "fqdn",
            "hostname",
            "host",
            "dst_ip",
            "dest_ip",
            "ip",
            "ip_address",
            "ipaddress",
            "address",
            "cidr",
            "network",
            "user_agent",
            "useragent",
            "sha256_hash",
            "sha256",
            "sha1_hash",
            "sha1",
            "md5_hash",
            "md5");

    private static final Set<String> TYPE = Set.of("type", "ioc_type", "indicator_type", "value_type");
    private static final Set<String> CONFIDENCE = Set.of("confidence", "confidence_level");
    private static final Set<String> FROM = Set.of("valid_from");
    private static final Set<String> UNTIL = Set.of("valid_until", "expires", "expires_at", "expiration", "expiry");
    private static final Set<String> LABELS = Set.of(
            "labels",
            "label",
            "tags",
            "malware",
            "malware_printable",
            "malware_family",
            "threat",
            "threat_type",
            "family");
    private static final Set<String> HOST = Set.of("domain", "domain_name", "fqdn", "hostname", "host", "ip", "dst_ip");
    private static final Set<String> AGENT = Set.of("user_agent", "useragent");
    private static final String PATH = "path";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_ ./-]*");
    private static final char[] DELIMITERS = {',', ';', '\t', '|'};
    /** Lines that a quoted field may go on over. */
    private static final int LONGEST_RECORD = 64;

    private Feeds() {}

    /** What a file is written in. */
    public enum Format {
        /** What its lines tell. */
        AUTO,
        /** One indicator a line, of mixed types. */
        PLAIN,
        /** With a line that names the columns. */
        CSV,
        /** hosts(5). */
        HOSTS,
        /** Adblock Plus, uBlock Origin, AdGuard. */
        ADBLOCK,
        /** dnsmasq.conf(5). */
        DNSMASQ,
        /** A response policy zone. */
        RPZ,
        /** Rules of Suricata or Snort. */
        SURICATA,
        /** User agents, one a line. */
        USER_AGENTS,
        /** Regular expressions (RE2) that some part of a user agent matches, one a line. */
        USER_AGENT_REGEXES;

        /** The format that a feed's name says: maltrail's ua.txt has regular expressions on user agents. */
        private Format named(String feed) {
            return this == AUTO && feed.matches("(?i)(?:.*[-_.])?(?:ua|user[-_]?agents?)\\.(?:txt|list|lst)")
                    ? USER_AGENT_REGEXES
                    : this;
        }

        /** The type of all lines; empty where each says it. */
        private String type() {
            return this == USER_AGENTS ? "user-agent" : this == USER_AGENT_REGEXES ? "user-agent-regex" : "";
        }

        private @Nullable Syntax syntax() {
            return switch (this) {
                case HOSTS -> new Syntax.Hosts();
                case ADBLOCK -> new Syntax.Adblock();
                case DNSMASQ -> new Syntax.Dnsmasq();
                case RPZ -> new Syntax.Zone();
                case SURICATA -> new Syntax.Suricata();
                case AUTO, PLAIN, CSV, USER_AGENTS, USER_AGENT_REGEXES -> null;
            };
        }
    }

    /**
     * Which column of a CSV file holds what, by the names in its header line; null, or empty, where the name is to be
     * guessed.
     *
     * @param value the indicator
     * @param type its type: domain, ip, ipv4, ipv6, cidr or url, as feeds write it
     * @param confidence 0 to 100, or none, low, medium, high (15, 50, 85, as in STIX 2.1)
     * @param validFrom from when it counts, inclusive: ISO-8601 (UTC where no offset stands) or seconds since 1970
     * @param validUntil until when it counts, exclusive
     * @param labels what to keep of what the feed says: malware, tags, threat
     */
    public record Columns(
            @Nullable String value,
            @Nullable String type,
            @Nullable String confidence,
            @Nullable String validFrom,
            @Nullable String validUntil,
            List<String> labels) {
        /** All names guessed. */
        public static final Columns GUESSED = new Columns(null, null, null, null, null, List.of());
    }

    /**
     * A line that is no indicator.
     *
     * @param line number of the line, from 1
     * @param text the line; of one above 1 MiB the beginning
     * @param reason why
     */
    public record Rejected(int line, String text, String reason) {}

    /**
     * What became of a file's lines. One that has several names (hosts, dnsmasq) counts once a name.
     *
     * @param indicators distinct indicators
     * @param rejected lines that are none
     * @param repeated lines that name an indicator that the file had before
     * @param others comments, blank lines, headers, and the further lines of quoted fields
     */
    public record Count(int indicators, int rejected, int repeated, int others) {
        /** All lines. */
        public int lines() {
            return indicators + rejected + repeated + others;
        }
    }

    /** Reads a file; the feed is called as the file is. */
    public static Count read(Path file, Consumer<Indicator> indicators, Consumer<Rejected> rejected)
            throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, String.valueOf(file.getFileName()), indicators, rejected);
        }
    }

    /**
     * Reads a file, with the names of columns guessed. The stream is left open.
     *
     * @param feed name of the feed
     */
    public static Count read(InputStream in, String feed, Consumer<Indicator> indicators, Consumer<Rejected> rejected)
            throws IOException {
        return read(in, feed, Columns.GUESSED, indicators, rejected);
    }

    /**
     * Reads a file. The stream is left open.
     *
     * @param feed name of the feed
     * @param columns names of columns; where one is given, the file is CSV
     * @throws IllegalArgumentException where the header has no column of a name that is given
     */
    public static Count read(
            InputStream in, String feed, Columns columns, Consumer<Indicator> indicators, Consumer<Rejected> rejected)
            throws IOException {
        return read(in, feed, Format.AUTO, columns, indicators, rejected);
    }

    /**
     * Reads a file. The stream is left open.
     *
     * @param feed name of the feed
     * @param format what the file is written in
     * @param columns names of columns; where one is given, the file is CSV
     * @throws IllegalArgumentException where the header has no column of a name that is given
     */
    public static Count read(
            InputStream in,
            String feed,
            Format format,
            Columns columns,
            Consumer<Indicator> indicators,
            Consumer<Rejected> rejected)
            throws IOException {
        return new Reading(new Lines(in), feed, format, columns, indicators, rejected).read();
    }

    /** A header line: what each column is. */
    private static final class Header {
        private final char delimiter;
        private final int size;
        private final List<Integer> values = new ArrayList<>();
        private final List<String> valueNames = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();
        private int path = -1;
        private int type = -1;
        private int confidence = -1;
        private int from = -1;
        private int until = -1;

        private Header(List<String> names, char delimiter, Columns columns) {
            this.delimiter = delimiter;
            this.size = names.size();
            if (columns.value() != null) {
                values.add(names.indexOf(name(columns.value())));
                valueNames.add(columns.value());
            } else {
                for (String name : VALUE) {
                    if (names.contains(name)) {
                        values.add(names.indexOf(name));
                        valueNames.add(name);
                    }
                }
            }
            for (int i = 0; i < size; i++) {
                String name = names.get(i);
                path = name.equals(PATH) ? i : path;
                type = columns.type() == null ? TYPE.contains(name) ? i : type : same(name, columns.type(), i, type);
                confidence = columns.confidence() == null
                        ? CONFIDENCE.contains(name) ? i : confidence
                        : same(name, columns.confidence(), i, confidence);
                from = columns.validFrom() == null
                        ? FROM.contains(name) ? i : from
                        : same(name, columns.validFrom(), i, from);
                until = columns.validUntil() == null
                        ? UNTIL.contains(name) ? i : until
                        : same(name, columns.validUntil(), i, until);
                if (columns.labels().isEmpty()
                        ? LABELS.contains(name)
                        : columns.labels().stream()
                                .anyMatch(label -> name(label).equals(name))) {
                    labels.add(i);
                }
            }
        }

        private static int same(String name, String wanted, int column, int other) {
            return name.equals(name(wanted)) ? column : other;
        }

        private static String name(String text) {
            String name = text.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
            return name.endsWith("_utc") ? name.substring(0, name.length() - 4) : name;
        }

        /** The header that a line is; null where it is none. */
        static @Nullable Header of(String line, Columns columns) {
            for (char delimiter : DELIMITERS) {
                List<String> fields = fields(line, delimiter);
                if (fields == null) {
                    continue;
                }
                List<String> names = fields.stream().map(Header::name).toList();
                boolean known = columns.value() == null
                        ? names.stream().anyMatch(VALUE::contains)
                        : names.contains(name(columns.value()));
                boolean named =
                        names.stream().allMatch(name -> NAME.matcher(name).matches());
                if (known && (named || columns.value() != null)) {
                    require(names, columns);
                    return new Header(names, delimiter, columns);
                }
            }
            return null;
        }

        private static void require(List<String> names, Columns columns) {
            List<String> wanted = new ArrayList<>(columns.labels());
            for (String name :
                    new String[] {columns.type(), columns.confidence(), columns.validFrom(), columns.validUntil()}) {
                if (name != null) {
                    wanted.add(name);
                }
            }
            for (String name : wanted) {
                if (!names.contains(name(name))) {
                    throw new IllegalArgumentException(
                            "no column '" + name + "'; expected one of the header's: " + String.join(", ", names));
                }
            }
        }
    }

    /** The fields of one record; null where it is no CSV. */
    private static @Nullable List<String> fields(String text, char delimiter) {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreSurroundingSpaces(true)
                .build();
        try (CSVParser parser = CSVParser.parse(new StringReader(text), format)) {
            for (CSVRecord fields : parser) {
                return fields.toList();
            }
            return List.of("");
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            return null;
        }
    }

    /** One reading of one file. */
    private static final class Reading {
        private final Lines lines;
        private final String feed;
        private final Format format;
        private final Columns columns;
        private final Consumer<Indicator> indicators;
        private final Consumer<Rejected> rejections;
        private final Ids ids = new Ids();
        private final IdSet seen = new IdSet();
        private int accepted;
        private int rejected;
        private int repeated;
        private int others;

        Reading(
                Lines lines,
                String feed,
                Format format,
                Columns columns,
                Consumer<Indicator> indicators,
                Consumer<Rejected> rejections) {
            this.lines = lines;
            this.feed = feed;
            this.format = format.named(feed);
            this.columns = columns;
            this.indicators = indicators;
            this.rejections = rejections;
        }

        Count read() throws IOException {
            Header header = null;
            Header inComment = null;
            Syntax syntax = format.syntax();
            boolean decided = syntax != null || !format.type().isEmpty();
            boolean exclaims = false;
            for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
                String content = line.text().strip();
                if (content.isEmpty() && line.fault() == null) {
                    others++;
                    continue;
                }
                if (syntax == null && (content.startsWith("#") || !decided && isComment(content))) {
                    others++;
                    exclaims |= content.startsWith("!");
                    // abuse.ch has the header as the last line of the comment.
                    Header named = decided || format == Format.PLAIN ? null : Header.of(content.substring(1), columns);
                    inComment = named == null || named.size == 1 ? inComment : named;
                    continue;
                }
                if (!decided) {
                    decided = true;
                    syntax = columns.value() == null && format == Format.AUTO ? Syntax.of(content) : null;
                    header = syntax != null || format == Format.PLAIN ? null : Header.of(line.text(), columns);
                    if (header != null) {
                        others++;
                        continue;
                    }
                    header = syntax == null && inComment != null && hasColumns(line, inComment) ? inComment : null;
                    requireHeader(line, header);
                    // What has comments as adblock has them is adblock, hosts without || as well.
                    syntax = syntax == null && header == null && exclaims ? new Syntax.Adblock() : syntax;
                }
                if (line.fault() != null && (header != null || isFaulty(line))) {
                    reject(line, line.fault());
                } else if (header != null) {
                    row(line, header);
                } else {
                    // In a list of mixed lines each is read as what it is.
                    Syntax own = syntax != null || format != Format.AUTO ? syntax : Syntax.of(content);
                    if (own == null) {
                        add(line, withoutComment(line.text()), Row.ofType(format.type()));
                    } else {
                        add(line, own.read(line.text()));
                    }
                }
            }
            return new Count(accepted, rejected, repeated, others);
        }

        /** Comments of adblock and of zone files; no indicator begins so. */
        private static boolean isComment(String content) {
            return content.startsWith("!") || content.startsWith(";");
        }

        private void requireHeader(Lines.Line line, @Nullable Header header) {
            if (header == null && (columns.value() != null || format == Format.CSV)) {
                String value = columns.value() == null ? "value" : columns.value();
                throw new IllegalArgumentException("no column '" + value + "' in line " + line.number()
                        + "; expected a header line that names it, for example " + value + ",type,confidence");
            }
        }

        private void add(Lines.Line line, Syntax.Entry entry) {
            String reason = entry.reason();
            if (reason != null) {
                reject(line, reason);
            } else if (entry.values().isEmpty()) {
                others++;
            }
            for (String value : entry.values()) {
                add(line, value, Row.ofType(entry.type()));
            }
        }

        private static boolean hasColumns(Lines.Line line, Header header) {
            List<String> fields = fields(line.text(), header.delimiter);
            return fields != null && fields.size() == header.size;
        }

        /** Whether what is wrong with a line stands before its comment. */
        private static boolean isFaulty(Lines.Line line) {
            String fault = line.fault();
            return fault == null
                    || !fault.startsWith("not UTF-8")
                    || withoutComment(line.text()).indexOf('\uFFFD') >= 0;
        }

        /** Without the comment behind a value; a # in a URL has no space before it. */
        private static String withoutComment(String line) {
            for (int i = line.indexOf('#', 1); i > 0; i = line.indexOf('#', i + 1)) {
                if (line.charAt(i - 1) == ' ' || line.charAt(i - 1) == '\t') {
                    return line.substring(0, i);
                }
            }
            return line;
        }

        private void reject(Lines.Line line, String reason) {
            rejected++;
            rejections.accept(new Rejected(line.number(), line.text(), reason));
        }

        private void row(Lines.Line line, Header header) throws IOException {
            List<String> fields = fields(line.text(), header.delimiter);
            if (fields == null) {
                fields = longRecord(line, header);
            }
            if (fields == null) {
                reject(line, "not CSV: a quote that does not end, or text after one");
                return;
            }
            if (fields.size() > header.size) {
                reject(line, fields.size() + " columns; the header has " + header.size);
                return;
            }
            String value = "";
            String valueName = "";
            for (int i = 0; i < header.values.size() && value.isEmpty(); i++) {
                value = field(fields, header.values.get(i));
                valueName = header.valueNames.get(i);
            }
            if (value.isEmpty()) {
                reject(line, "nothing in the column " + String.join(", ", header.valueNames));
                return;
            }
            String path = field(fields, header.path);
            if (HOST.contains(valueName) && !path.isEmpty()) {
                // The indicator is what lies at this path, not the host.
                value += path.startsWith("/") ? path : "/" + path;
            }
            String type = field(fields, header.type);
            Row row = new Row(
                    type.isEmpty() && AGENT.contains(valueName) ? "user-agent" : type,
                    field(fields, header.confidence),
                    field(fields, header.from),
                    field(fields, header.until),
                    labels(fields, header));
            add(line, value, row);
        }

        private static List<String> labels(List<String> fields, Header header) {
            List<String> labels = new ArrayList<>(header.labels.size());
            for (int column : header.labels) {
                labels.add(field(fields, column));
            }
            return labels;
        }

        private static String field(List<String> fields, int column) {
            return column < 0 || column >= fields.size()
                    ? ""
                    : fields.get(column).strip();
        }

        /** A record whose quoted field goes on over further lines; null where it does not end, its lines unread again. */
        private @Nullable List<String> longRecord(Lines.Line first, Header header) throws IOException {
            StringBuilder text = new StringBuilder(first.text());
            Deque<Lines.Line> further = new ArrayDeque<>();
            while (further.size() < LONGEST_RECORD && text.length() < Lines.LONGEST) {
                Lines.Line next = lines.next();
                if (next == null) {
                    break;
                }
                further.push(next);
                if (next.fault() != null) {
                    break;
                }
                text.append('\n').append(next.text());
                List<String> fields = fields(text.toString(), header.delimiter);
                if (fields != null) {
                    others += further.size();
                    return fields;
                }
            }
            further.forEach(lines::back);
            return null;
        }

        private void add(Lines.Line line, String text, Row row) {
            Indicators.Family family = Indicators.Family.of(row.type);
            if (family == null) {
                reject(
                        line,
                        "type not supported: " + row.type
                                + "; expected one of domain, ip, cidr, url, url-prefix, ip:port, url-path, user-agent or sha256");
                return;
            }
            Indicators.Read read = Indicators.read(text, family);
            String value = read.value();
            if (value == null) {
                reject(line, read.reason());
                return;
            }
            Indicator indicator = new Indicator();
            String fault = row.fill(indicator);
            if (fault != null) {
                reject(line, fault);
                return;
            }
            byte[] id = ids.digest(read.type(), value, feed);
            if (!seen.add(Ip.number(id, 0), Ip.number(id, 8))) {
                repeated++;
                return;
            }
            indicator.setIndicatorId(Ids.hex(id));
            indicator.setType(read.type());
            indicator.setValue(value);
            indicator.setOriginal(text.strip());
            indicator.setFeed(feed);
            indicator.setLine(line.number());
            accepted++;
            indicators.accept(indicator);
        }
    }

    /** What a row says besides the indicator, as text; empty where it says nothing. */
    private record Row(String type, String confidence, String from, String until, List<String> labels) {
        static final Row EMPTY = new Row("", "", "", "", List.of());

        static Row ofType(String type) {
            return type.isEmpty() ? EMPTY : new Row(type, "", "", "", List.of());
        }

        /** @return what is wrong with it, null where nothing is */
        @Nullable
        String fill(Indicator indicator) {
            if (!confidence.isEmpty()) {
                int number = confidence(confidence);
                if (number < 0) {
                    return "confidence '" + confidence + "'; expected 0 to 100, or none, low, medium or high";
                }
                indicator.setConfidence(number);
            }
            Instant validFrom = from.isEmpty() ? null : time(from);
            Instant validUntil = until.isEmpty() ? null : time(until);
            if (validFrom == null && !from.isEmpty() || validUntil == null && !until.isEmpty()) {
                return "time '" + (validFrom == null && !from.isEmpty() ? from : until)
                        + "'; expected ISO-8601, for example 2026-11-24T10:00:00Z";
            }
            if (validFrom != null && validUntil != null && !validFrom.isBefore(validUntil)) {
                return "valid from " + validFrom + " until " + validUntil + ": never";
            }
            indicator.setValidFrom(validFrom);
            indicator.setValidUntil(validUntil);
            Set<String> names = new TreeSet<>();
            for (String column : labels) {
                for (String label : column.split("[|;,]", -1)) {
                    if (!label.isBlank()) {
                        names.add(label.strip());
                    }
                }
            }
            indicator.setLabels(new ArrayList<>(names));
            return null;
        }

        private static int confidence(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "none" -> 0;
                case "low" -> 15;
                case "medium", "med" -> 50;
                case "high" -> 85;
                default -> Canonical.decimal(text, 0, text.length(), 100);
            };
        }

        private static @Nullable Instant time(String text) {
            String iso = text.endsWith(" UTC") ? text.substring(0, text.length() - 4) + "Z" : text;
            iso = iso.replace(' ', 'T');
            try {
                if (iso.length() == 10 && iso.indexOf('-') < 0) {
                    return Instant.ofEpochSecond(Long.parseLong(iso));
                }
                if (iso.length() == 10) {
                    return LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC);
                }
                boolean offset = iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10;
                Instant instant = offset
                        ? OffsetDateTime.parse(iso).toInstant()
                        : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
                return instant.truncatedTo(ChronoUnit.MICROS);
            } catch (DateTimeException | NumberFormatException e) {
                return null;
            }
        }
    }
}
