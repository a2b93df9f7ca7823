package io.trawl.intel.feed;

import io.trawl.record.Indicator;
import io.trawl.schema.word.IndicatorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a feed's file, UTF-8: a plain list of mixed types, one a line; CSV with a line that names its columns; or any of
 * the syntaxes of blocklists (hosts, adblock, dnsmasq, RPZ, Suricata's rules). What it is, its lines tell. Every line
 * becomes an indicator, a rejection with a reason, a repetition, or is a comment, a header or blank; nothing is passed
 * over in silence.
 */
public final class Feeds {
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
        Format named(String feed) {
            return this == AUTO && feed.matches("(?i)(?:.*[-_.])?(?:ua|user[-_]?agents?)\\.(?:txt|list|lst)")
                    ? USER_AGENT_REGEXES
                    : this;
        }

        /** The type of all lines; empty where each says it. */
        String type() {
            return this == USER_AGENTS
                    ? IndicatorType.USER_AGENT.text()
                    : this == USER_AGENT_REGEXES ? IndicatorType.USER_AGENT_REGEX.text() : "";
        }

        @Nullable
        Syntax syntax() {
            return switch (this) {
                case HOSTS -> new Hosts();
                case ADBLOCK -> new Adblock();
                case DNSMASQ -> new Dnsmasq();
                case RPZ -> new Zone();
                case SURICATA -> new Suricata();
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
     * @param validFrom from when it counts, inclusive: ISO-8601 (UTC where no offset is) or seconds since 1970
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
     * A line that is not an indicator.
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
     * @throws IllegalArgumentException if the header has no column of a name that is given
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
     * @throws IllegalArgumentException if the header has no column of a name that is given
     */
    public static Count read(
            InputStream in,
            String feed,
            Format format,
            Columns columns,
            Consumer<Indicator> indicators,
            Consumer<Rejected> rejected)
            throws IOException {
        return new FeedReading(new Lines(in), feed, format, columns, indicators, rejected).read();
    }
}
