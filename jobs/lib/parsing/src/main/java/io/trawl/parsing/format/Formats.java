package io.trawl.parsing.format;

import io.trawl.parsing.Nearest;
import io.trawl.parsing.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The formats that have a name: those that ship with Trawl, and a site's own, which take precedence. A declaration is read
 * and compiled when somebody asks for its format, so the others cost nothing.
 */
public final class Formats {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");
    private static final String END = ".yaml";
    private static final Formats SHIPPED = new Formats(null, Set.of());

    private final @Nullable SiteFolder folder;
    private final SortedSet<String> site = new TreeSet<>();
    private final List<String> misnamed = new ArrayList<>();

    private Formats(@Nullable SiteFolder folder, Collection<String> names) {
        this.folder = folder;
        for (String name : new TreeSet<>(names)) {
            if (NAME.matcher(name).matches()) {
                site.add(name);
            } else {
                misnamed.add(name);
            }
        }
    }

    /** Those that ship with Trawl. */
    public static Formats shipped() {
        return SHIPPED;
    }

    /**
     * Those that ship with Trawl, and those of a folder of this machine.
     *
     * @throws IllegalArgumentException the folder cannot be read
     */
    public static Formats with(Path siteFolder) {
        return with(new LocalFolder(siteFolder));
    }

    /** Those that ship with Trawl, and those of a folder. */
    public static Formats with(SiteFolder siteFolder) {
        return new Formats(siteFolder, siteFolder.names());
    }

    /** All names, in order of the alphabet. */
    public List<String> names() {
        SortedSet<String> names = new TreeSet<>(site);
        names.addAll(Shipped.NAMES);
        return List.copyOf(names);
    }

    /** Whether there is a format of that name. */
    public boolean has(String name) {
        return isSites(name) || isShipped(name);
    }

    /** Whether the format of that name is the site's own. */
    public boolean isSites(String name) {
        return site.contains(name);
    }

    /** What a person should know of the site's folder: formats that replace Trawl's, and files that are not formats. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (String name : site) {
            String note = note(name);
            if (note != null) {
                notes.add(note);
            }
        }
        for (String name : misnamed) {
            notes.add(Objects.requireNonNull(folder).file(name)
                    + " is not used: expected a name of small letters, digits and hyphens, for example my-gateway"
                    + END);
        }
        return notes;
    }

    /** The note of {@link #notes()} about one format; null if there is none. */
    public @Nullable String note(String name) {
        return isSites(name) && isShipped(name)
                ? "format " + name + " is the site's own (" + file(name) + "), not the one that ships with Trawl"
                : null;
    }

    /**
     * Where the declaration of a format is, for a person.
     *
     * @throws IllegalArgumentException there is no such format
     */
    public String file(String name) {
        require(name);
        return folder != null && isSites(name) ? folder.file(name) : packed(name);
    }

    /**
     * The text of a declaration.
     *
     * @throws IllegalArgumentException there is no such format
     */
    public String text(String name) {
        require(name);
        return folder != null && isSites(name) ? folder.text(name) : Shipped.text(name);
    }

    /**
     * Compiles a declaration.
     *
     * @param zone of times that name none, where the format has no zone of its own
     * @throws IllegalArgumentException there is no such format, or its declaration is wrong
     */
    public DeclaredFormat declared(String name, ZoneId zone) {
        return folder != null && folder.isKept()
                ? DeclaredFormat.kept(name, file(name), text(name), zone)
                : DeclaredFormat.named(name, file(name), text(name), zone);
    }

    /**
     * The parser that jobs and commands use.
     *
     * @param zone of times that name none, where the format has no zone of its own
     * @throws IllegalArgumentException there is no such format, or its declaration is wrong
     */
    public Parser parser(String name, ZoneId zone) {
        return declared(name, zone);
    }

    /**
     * One parser for lines of several formats, tried in this order. {@link Parser#formats()} has a parser for each of them.
     *
     * @throws IllegalArgumentException no name, one that is there twice, or as {@link #parser(String, ZoneId)}
     */
    public Parser parser(List<String> names, ZoneId zone) {
        return parser(names, zone, Map.of());
    }

    /**
     * The same, with arguments for the generic format among them.
     *
     * @param arguments values by name, for example {@code columns}; none if there are none
     * @throws IllegalArgumentException an argument is wrong or unknown, or no format takes them, or several do; or as {@link
     *     #parser(List, ZoneId)}
     */
    public Parser parser(List<String> names, ZoneId zone, Map<String, String> arguments) {
        String taker = arguments.isEmpty() ? null : taker(names, arguments);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no format; expected one or several names, for example squid, nginx");
        }
        Set<String> seen = new HashSet<>();
        List<Parser> parsers = new ArrayList<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException("format " + name + " is named twice; expected it once");
            }
            parsers.add(name.equals(taker) ? declared(name, zone).with(arguments) : parser(name, zone));
        }
        return firstOf(parsers);
    }

    /**
     * Arguments as a command line has them, by name.
     *
     * @param words values of the option {@code --with}, for example {@code columns=time,client}
     * @throws IllegalArgumentException one has no name or no value, or a name is there twice
     */
    public static Map<String, String> arguments(List<String> words) {
        return Arguments.ofWords(words);
    }

    /**
     * The generic format of some, which the arguments are for; a site's own one has what it needs in its file.
     *
     * @throws IllegalArgumentException there is none, or several
     */
    public String taker(List<String> names, Map<String, String> arguments) {
        List<String> takers = names.stream()
                .filter(name -> Arguments.takers().contains(name) && !isSites(name))
                .distinct()
                .toList();
        if (takers.size() == 1) {
            return takers.get(0);
        }
        String first = Arguments.NAMED + new TreeSet<>(arguments.keySet()).first();
        for (String name : takers.isEmpty() ? names : List.<String>of()) {
            if (Arguments.takers().contains(name)) {
                throw new IllegalArgumentException(
                        first + ": the site's own " + file(name) + " replaces the format " + name
                                + " that takes arguments; expected the value in this file, or the file under another name");
            }
        }
        throw new IllegalArgumentException(
                takers.isEmpty()
                        ? first + ": " + String.join(", ", names) + " takes no arguments; expected one of "
                                + String.join(", ", Arguments.takers())
                        : first + ": " + String.join(" and ", takers)
                                + " would take it; expected one of them, and for the other a file of your own"
                                + " (docs/formats.md)");
    }

    /** One parser for lines of several formats, of which some may have no name here; tried in this order. */
    public static Parser firstOf(List<Parser> parsers) {
        return parsers.size() == 1 ? parsers.get(0) : new FirstOf(parsers);
    }

    /** @throws IllegalArgumentException there is no format of that name */
    public void require(String name) {
        if (!has(name)) {
            List<String> nearest = Nearest.of(name, names());
            throw new IllegalArgumentException("format " + name + " is unknown: "
                    + (nearest.isEmpty()
                            ? "expected, for example, squid"
                            : "did you mean " + String.join(" or ", nearest) + "?")
                    + " (bin/trawl formats lists them)");
        }
    }

    private static boolean isShipped(String name) {
        return NAME.matcher(name).matches() && Formats.class.getResource("/" + packed(name)) != null;
    }

    private static String packed(String name) {
        return "formats/" + name + END;
    }

    /** What is packed into the jar, listed when it is asked for. */
    private static final class Shipped {
        static final SortedSet<String> NAMES = names();

        static String text(String name) {
            try (InputStream in = Objects.requireNonNull(Formats.class.getResourceAsStream("/" + packed(name)))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(packed(name) + " cannot be read: " + e.getMessage(), e);
            }
        }

        private static SortedSet<String> names() {
            URL one = Objects.requireNonNull(Formats.class.getResource("/" + packed("squid")), packed("squid"));
            try {
                URLConnection connection = one.openConnection();
                if (connection instanceof JarURLConnection jar) {
                    // The cache's own, so it is not closed here.
                    try (Stream<String> entries = jar.getJarFile().stream().map(entry -> entry.getName())) {
                        return formats(entries.filter(entry -> entry.startsWith("formats/"))
                                .map(entry -> entry.substring("formats/".length())));
                    }
                }
                try (Stream<Path> files = Files.list(Path.of(one.toURI()).resolveSibling("."))) {
                    return formats(files.map(file -> file.getFileName().toString()));
                }
            } catch (IOException | URISyntaxException e) {
                throw new IllegalStateException("the formats of " + one + " cannot be listed", e);
            }
        }

        private static SortedSet<String> formats(Stream<String> files) {
            SortedSet<String> names = new TreeSet<>();
            files.filter(file -> file.endsWith(END) && !file.contains("/"))
                    .forEach(file -> names.add(file.substring(0, file.length() - END.length())));
            return names;
        }
    }

    /** A folder of this machine. */
    private record LocalFolder(Path folder) implements SiteFolder {
        @Override
        public Collection<String> names() {
            try (Stream<Path> files = Files.list(folder)) {
                return Shipped.formats(files.map(file -> file.getFileName().toString()));
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "formats' folder " + folder
                                + " cannot be read; expected a folder with files as my-gateway.yaml (docs/formats.md)",
                        e);
            }
        }

        @Override
        public String file(String name) {
            return folder.resolve(name + END).toString();
        }

        @Override
        public String text(String name) {
            try {
                return Files.readString(folder.resolve(name + END), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new IllegalArgumentException(file(name) + " cannot be read: " + e.getMessage(), e);
            }
        }
    }
}
