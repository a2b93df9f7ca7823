package io.trawl.parsing.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** How many lines of the corpora each declared format reads, and how many of the fields that their authors expect it has. */
final class CorpusReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** When the templates of splunk-connect-for-syslog were filled in: so the lines arrived then. */
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    /** Fields of the corpora as ProxyEvent names them. */
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("@timestamp", "timestamp"),
            Map.entry("source.ip", "source_ip"),
            Map.entry("source.user.name", "source_user_name"),
            Map.entry("destination.ip", "destination_ip"),
            Map.entry("destination.port", "destination_port"),
            Map.entry("http.request.method", "http_request_method"),
            Map.entry("http.request.referrer", "http_request_referrer"),
            Map.entry("http.response.status_code", "http_response_status_code"),
            Map.entry("http.response.bytes", "http_response_bytes"),
            Map.entry("url.original", "url_original"),
            Map.entry("url.domain", "url_domain"),
            Map.entry("url.path", "url_path"),
            Map.entry("url.query", "url_query"),
            Map.entry("user_agent.original", "user_agent_original"));

    /**
     * A line that was not read, or a field that is not as its author expects.
     *
     * @param row counted from 1
     * @param what the field; {@code line} for the whole line
     */
    record Miss(int row, String what, String text) {}

    /** Shares of one folder. */
    static final class Shares {
        int lines;
        int parsed;
        int fields;
        int right;
        final List<Miss> misses = new ArrayList<>();

        double ofLines() {
            return lines == 0 ? 1 : (double) parsed / lines;
        }

        double ofFields() {
            return fields == 0 ? 1 : (double) right / fields;
        }
    }

    private CorpusReport() {}

    /** All folders with cases, and what the format of the folder's name makes of them. */
    static Map<String, Shares> read(Path corpora, Path formats) throws IOException {
        Map<String, Shares> report = new TreeMap<>();
        List<Path> folders;
        try (Stream<Path> list = Files.list(corpora)) {
            folders = list.filter(folder -> Files.exists(folder.resolve("cases.jsonl")))
                    .sorted()
                    .toList();
        }
        for (Path folder : folders) {
            String name = folder.getFileName().toString();
            Path file = formats.resolve(name + ".yaml");
            Parser parser = Files.exists(file) ? DeclaredFormat.of(file, ZoneOffset.UTC) : null;
            report.put(name, shares(Files.readAllLines(folder.resolve("cases.jsonl")), parser));
        }
        return report;
    }

    private static Shares shares(List<String> rows, Parser declared) throws IOException {
        Shares shares = new Shares();
        Parser parser = declared;
        for (int row = 0; row < rows.size(); row++) {
            JsonNode one = JSON.readTree(rows.get(row));
            if (one.path("fails").asBoolean()) {
                continue;
            }
            shares.lines++;
            if (one.path("options").asText().contains("delimiter")) {
                parser = ofDelimiters(one.get("options").asText());
            }
            if (one.has("format")) {
                parser = ofString(one.get("format").asText());
            }
            ProxyEvent event = new ProxyEvent();
            int number = row + 1;
            Failure failure = parser == null
                    ? null
                    : parser.parse(one.get("raw").asText().getBytes(StandardCharsets.UTF_8), ARRIVED, event);
            boolean read = parser != null && failure == null;
            if (read) {
                shares.parsed++;
            } else {
                shares.misses.add(new Miss(number, "line", failure == null ? "no format" : failure.message()));
            }
            Map<String, String> came = read ? DeclaredFormat.fields(event) : Map.of();
            one.path("expect").fields().forEachRemaining(field -> {
                shares.fields++;
                String expected = field.getValue().asText();
                String has = came.get(FIELDS.get(field.getKey()));
                if (isSame(expected, has)) {
                    shares.right++;
                } else if (read) {
                    shares.misses.add(new Miss(number, field.getKey(), "expected " + expected + ", came " + has));
                }
            });
        }
        return shares;
    }

    /** A row that has its own format string: a declaration is made of it, as a site would. */
    private static Parser ofString(String format) {
        boolean common = format.equals("common");
        String dialect = common || format.startsWith("%") || format.startsWith("$remote_user_age") ? "apache" : "nginx";
        String text = common ? "%h %l %u %t \"%r\" %>s %b" : format;
        return DeclaredFormat.of(
                "row.yaml",
                "name: row\ntitle: row\nlink: none\nverified: true\narrival: true\ngrammar: {more: " + common + ", "
                        + dialect + ": '" + text.replace("'", "''") + "'}\nsamples: [{line: '', refused: empty}]\n",
                ZoneOffset.UTC);
    }

    /** A row of another parser's tests that says what is between pairs, and between key and value. */
    private static Parser ofDelimiters(String options) {
        return DeclaredFormat.of(
                "row.yaml",
                "name: row\ntitle: row\nlink: none\nverified: true\narrival: true\ngrammar: {key-value: {pairs: '"
                        + delimiter(options, "field_delimiter", ' ') + "', value: '"
                        + delimiter(options, "key_value_delimiter", '=')
                        + "'}}\nsamples: [{line: '', refused: empty}]\n",
                ZoneOffset.UTC);
    }

    private static char delimiter(String options, String name, char otherwise) {
        int place = options.lastIndexOf(name + ": \"");
        return place < 0 ? otherwise : options.charAt(place + name.length() + 3);
    }

    private static boolean isSame(String expected, String came) {
        if (expected.equals(came)) {
            return true;
        }
        try {
            Instant time = expected.endsWith("Z")
                    ? Instant.parse(expected)
                    : OffsetDateTime.parse(expected).toInstant();
            if (came == null) {
                return false;
            }
            // Some authors leave the fraction out.
            boolean whole = time.getNano() == 0;
            Instant has = Instant.parse(came);
            return whole ? time.getEpochSecond() == has.getEpochSecond() : time.toEpochMilli() == has.toEpochMilli();
        } catch (DateTimeException e) {
            return false;
        }
    }

    static String table(Map<String, Shares> report) {
        StringBuilder table = new StringBuilder();
        double lines = 0;
        double fields = 0;
        int formats = 0;
        int withFields = 0;
        for (Map.Entry<String, Shares> one : report.entrySet()) {
            Shares shares = one.getValue();
            table.append(String.format(
                    Locale.ROOT,
                    "%-28s %4d of %4d lines %5.1f %%   %4d of %4d fields %5.1f %%%n",
                    one.getKey(),
                    shares.parsed,
                    shares.lines,
                    100 * shares.ofLines(),
                    shares.right,
                    shares.fields,
                    100 * shares.ofFields()));
            lines += shares.ofLines();
            formats++;
            fields += shares.fields == 0 ? 0 : shares.ofFields();
            withFields += shares.fields == 0 ? 0 : 1;
        }
        table.append(String.format(
                Locale.ROOT,
                "%-28s %5.1f %% of lines, %5.1f %% of fields%n",
                "mean over " + formats + " formats",
                100 * lines / formats,
                100 * fields / Math.max(1, withFields)));
        return table.toString();
    }

    /** Prints the table, or the misses of the folders named, or the event of each line of a file with a format. */
    public static void main(String[] args) throws IOException {
        Path formats = Path.of(System.getProperty("trawl.home"), "formats");
        if (args.length > 1 && args[0].equals("parse")) {
            Parser parser = DeclaredFormat.of(formats.resolve(args[1] + ".yaml"), ZoneOffset.UTC);
            for (String line : Files.readAllLines(Path.of(args[2]))) {
                ProxyEvent event = new ProxyEvent();
                Failure failure = parser.parse(line.getBytes(StandardCharsets.UTF_8), ARRIVED, event);
                System.out.println(
                        failure == null ? DeclaredFormat.fields(event).toString() : failure.toString());
            }
            return;
        }
        if (args.length > 1 && args[0].equals("events")) {
            Parser parser = DeclaredFormat.of(args[1], Files.readString(Path.of(args[1])), ZoneOffset.UTC);
            for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                ProxyEvent event = new ProxyEvent();
                Failure failure = parser.parse(line.getBytes(StandardCharsets.UTF_8), ARRIVED, event);
                System.out.println(JSON.writeValueAsString(
                        failure == null
                                ? DeclaredFormat.fields(event)
                                : Map.of("refused", failure.reason().code(), "why", failure.message())));
            }
            return;
        }
        if (args.length == 1 && args[0].equals("samples")) {
            DeclaredFormat.folder(formats).forEach((name, file) -> {
                try {
                    DeclaredFormat.of(file, ZoneOffset.UTC).failures().forEach(System.out::println);
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage());
                }
            });
            return;
        }
        Map<String, Shares> report = read(Path.of(System.getProperty("trawl.corpora"), "formats"), formats);
        if (args.length == 0) {
            System.out.print(table(report));
        }
        for (String name : args) {
            report.get(name)
                    .misses
                    .forEach(miss ->
                            System.out.println(name + " row " + miss.row() + " " + miss.what() + ": " + miss.text()));
            System.out.println(name + " " + report.get(name).parsed + "/" + report.get(name).lines + " "
                    + report.get(name).right + "/" + report.get(name).fields);
        }
    }
}
