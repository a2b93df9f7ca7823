package io.trawl.base;

import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;

/**
 * A source of log lines, as source.NAME.* in trawl.conf has it.
 *
 * @param name the source's name
 * @param fromFiles whether its lines come from log files of this machine, not from Kafka
 * @param topic the Kafka topic its lines come through
 * @param formats names of its formats, tried in this order
 * @param arguments of the generic format among them, by name
 * @param site where a site's own formats are
 * @param zone time zone of the log, for a format whose times have none
 * @param unit length of a window; it divides a day
 * @param webServer whether the log is a web server's: its clients are strangers and are matched too
 * @param forwarded how many proxies of its own a server is behind, which append to X-Forwarded-For; 0: the peer is the client
 * @param hosts hosts that must be heard of
 * @param silence a host without a line for this long up to a window's end fails the audit
 */
public record LogSource(
        String name,
        boolean fromFiles,
        String topic,
        List<String> formats,
        TreeMap<String, String> arguments,
        FormatsFolder site,
        ZoneId zone,
        Duration unit,
        boolean webServer,
        int forwarded,
        List<String> hosts,
        Duration silence)
        implements Serializable {

    private static final int MOST_PROXIES = 16;

    static LogSource of(String name, Settings settings) {
        String prefix = "source." + name + ".";
        String value = settings.text(prefix + "format");
        List<String> formats = settings.list(prefix + "format");
        if (formats.isEmpty() || new HashSet<>(formats).size() < formats.size()) {
            throw new IllegalArgumentException("setting " + prefix + "format = " + value
                    + ": expected one format, or several different ones, for example squid, nginx");
        }
        FormatsFolder site = FormatsFolder.of(settings);
        if (site.isEmpty()) {
            // A site's folder is read by those who parse lines: others may be on a machine that has none.
            requireKnown(prefix + "format", formats);
        }
        String zone = settings.text(prefix + "zone", "UTC");
        ZoneId zoneId;
        try {
            zoneId = ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "setting " + prefix + "zone = " + zone + ": expected a time zone, for example UTC or Europe/Berlin",
                    e);
        }
        String kind = settings.text(prefix + "kind", "proxy");
        if (!kind.equals("proxy") && !kind.equals("web")) {
            throw new IllegalArgumentException("setting " + prefix + "kind = " + kind + ": expected proxy or web");
        }
        String from = settings.text(prefix + "from", "kafka");
        if (!from.equals("kafka") && !from.equals("files")) {
            throw new IllegalArgumentException("setting " + prefix + "from = " + from + ": expected kafka or files");
        }
        Duration unit = settings.duration(
                settings.text(prefix + "window", "").isEmpty() ? "window.default" : prefix + "window");
        if (unit.isNegative() || unit.isZero() || Duration.ofDays(1).toMillis() % unit.toMillis() != 0) {
            throw new IllegalArgumentException("setting " + prefix + "window = " + unit
                    + ": a window must divide a day, for example PT1M, PT15M, PT1H or P1D");
        }
        String behind = prefix + "forwarded";
        int forwarded = settings.text(behind, "").isEmpty() ? 0 : settings.number(behind);
        if (forwarded < 0 || forwarded > MOST_PROXIES) {
            throw new IllegalArgumentException("setting " + behind + " = " + forwarded
                    + ": expected how many proxies of your own append to X-Forwarded-For, 0 to " + MOST_PROXIES
                    + ", for example 1");
        }
        String silence = prefix + "silence";
        return new LogSource(
                name,
                from.equals("files"),
                settings.text(prefix + "topic"),
                formats,
                new TreeMap<>(settings.under(prefix + "format.")),
                site,
                zoneId,
                unit,
                kind.equals("web"),
                forwarded,
                settings.list(prefix + "hosts"),
                settings.text(silence, "").isEmpty() ? unit : settings.duration(silence));
    }

    private static void requireKnown(String key, List<String> formats) {
        for (String format : formats) {
            try {
                Formats.shipped().require(format);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("setting " + key + ": " + e.getMessage(), e);
            }
        }
    }

    /** The same source with other formats. */
    public LogSource withFormats(List<String> others) {
        return new LogSource(
                name, fromFiles, topic, others, arguments, site, zone, unit, webServer, forwarded, hosts, silence);
    }

    /**
     * A parser of this source's formats. Whoever parses many lines keeps it: it is compiled each time.
     *
     * @throws IllegalArgumentException a format is unknown, or its declaration is wrong
     * @throws JobFailure the file system of formats.folder does not answer
     */
    public Parser parser() {
        return sourceParser().parser();
    }

    /** The same, with what is to be recorded of it. */
    public SourceParser sourceParser() {
        return SourceParser.of(this, site.formats());
    }

    /**
     * Compiles the formats as far as no server must be asked for them, so that a mistake is known before a job starts.
     *
     * @throws IllegalArgumentException as {@link #parser()}
     */
    public void checkFormats() {
        if (!site.isRemote()) {
            sourceParser();
        }
    }
}
