package io.trawl.cli.files.log;

import io.trawl.cli.files.format.LineReader;
import io.trawl.parsing.Parser;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lines of the formats that a user named to events. Safe for use by several threads. */
public final class LogReader {
    /** Web servers, and what is in front of them: their clients are strangers. */
    private static final Set<String> WEB_SERVERS = Set.of(
            "apache",
            "apache-blackbox",
            "bunkerweb",
            "caddy-json",
            "combined",
            "haproxy",
            "iis",
            "lighttpd",
            "nginx",
            "nginx-ingress",
            "nginx-proxy-manager",
            "syslog-combined",
            "tomcat",
            "traefik-common",
            "traefik-json",
            "varnish",
            "weblogic");

    private final Parser parser;
    private final LineReader lines;
    private final boolean webServer;

    private LogReader(Parser parser) {
        this.parser = parser;
        this.lines = new LineReader(parser);
        this.webServer = parser.formats().stream().allMatch(one -> isWebServer(one.name()));
    }

    /** Of one of Trawl's own formats. */
    public static LogReader of(String format) {
        return of(format, Formats.shipped(), Map.of());
    }

    /**
     * @param text names or files of formats, with commas between them: tried in this order
     * @param arguments of the generic format among them, by name
     * @throws IllegalArgumentException if there is no such format, or its declaration or an argument is wrong
     */
    public static LogReader of(String text, Formats formats, Map<String, String> arguments) {
        List<Parser> parsers = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        List<String> names = Stream.of(text.split(",", -1)).map(String::strip).toList();
        String taker = arguments.isEmpty() ? null : formats.taker(names, arguments);
        for (String name : names) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "--format " + text + ": a name is empty; expected, for example, --format squid,nginx");
            }
            if (name.equals(FormatOption.AUTO)) {
                throw new IllegalArgumentException(
                        "--format " + text + ": auto is not one of several; expected --format auto, or names");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("--format " + text + ": " + name + " is there twice");
            }
            boolean isFile = isFile(name);
            Parser parser = isFile
                    ? FormatOption.file(name)
                    : name.equals(taker)
                            ? formats.parser(List.of(name), ZoneOffset.UTC, arguments)
                            : formats.parser(name, ZoneOffset.UTC);
            if (isFile || formats.isSites(name)) {
                holdSamples((DeclaredFormat) parser);
            }
            parsers.add(parser);
        }
        // As for a sweep of files: when their lines were written is known too roughly to be a time.
        return new LogReader(Formats.firstOf(parsers).withoutArrival());
    }

    /** A site's format whose samples do not become their events is not what the site means it to be. */
    private static void holdSamples(DeclaredFormat format) {
        List<String> wrong = format.failures();
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(wrong.get(0)
                    + (wrong.size() == 1
                            ? ""
                            : " (and " + (wrong.size() - 1) + " more; trawl formats test lists them)"));
        }
    }

    /** Whether a word is a declaration's file, not a format's name. */
    public static boolean isFile(String word) {
        return word.contains("/") || word.endsWith(".yaml") || word.endsWith(".yml");
    }

    /** Whether the clients of one of Trawl's own formats are strangers. */
    public static boolean isWebServer(String format) {
        return WEB_SERVERS.contains(format);
    }

    /** The format's name. */
    String name() {
        return parser.name();
    }

    /** The names of all its formats. */
    public List<String> names() {
        return parser.formats().stream().map(Parser::name).toList();
    }

    /** Whether the format is a web server's: its clients are strangers and are matched, too. */
    public boolean isWebServer() {
        return webServer;
    }

    /** Whether lines that begin with # describe other lines. */
    public boolean hasDirectives() {
        return lines.hasDirectives();
    }

    /** A reader of lines that are valid for sure, for one thread; null if the format has none. */
    @Nullable
    public PlainLine plainLine() {
        return lines.plainLine();
    }

    /** Reads a line, or each of its records if it has several. */
    public void each(LineWork.Origin of, byte[] line, LineReader.Each each) {
        lines.each(line, of.fields(), of.arrived(), each);
    }

    /** A line of which nothing else is known. */
    public LineReader.Read read(byte[] line) {
        return lines.read(line, null, Instant.now());
    }
}
