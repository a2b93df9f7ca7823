package io.trawl.intel.feed;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** A header line: what each column is. */
final class FeedHeader {
    /** Columns that hold the indicator, the surest first: if it comes with a URL, its host is not the indicator. */
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
    private static final String PATH = "path";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_ ./-]*");
    private static final char[] DELIMITERS = {',', ';', '\t', '|'};

    final char delimiter;
    final int size;
    final List<Integer> values = new ArrayList<>();
    final List<String> valueNames = new ArrayList<>();
    final List<Integer> labels = new ArrayList<>();
    int path = -1;
    int type = -1;
    int confidence = -1;
    int from = -1;
    int until = -1;

    FeedHeader(List<String> names, char delimiter, Feeds.Columns columns) {
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
                    : columns.labels().stream().anyMatch(label -> name(label).equals(name))) {
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

    /** The header that a line is; null if it is none. */
    static @Nullable FeedHeader of(String line, Feeds.Columns columns) {
        for (char delimiter : DELIMITERS) {
            List<String> fields = fields(line, delimiter);
            if (fields == null) {
                continue;
            }
            List<String> names = fields.stream().map(FeedHeader::name).toList();
            boolean known = columns.value() == null
                    ? names.stream().anyMatch(VALUE::contains)
                    : names.contains(name(columns.value()));
            boolean named = names.stream().allMatch(name -> NAME.matcher(name).matches());
            if (known && (named || columns.value() != null)) {
                require(names, columns);
                return new FeedHeader(names, delimiter, columns);
            }
        }
        return null;
    }

    private static void require(List<String> names, Feeds.Columns columns) {
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

    /** The fields of one record; null if it is no CSV. */
    static @Nullable List<String> fields(String text, char delimiter) {
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
}
