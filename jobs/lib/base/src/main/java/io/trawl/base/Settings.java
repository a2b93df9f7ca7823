package io.trawl.base;

import io.trawl.parsing.format.Formats;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.Serializable;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of trawl.conf: the defaults that ship with Trawl, a site's file over them, single keys over that.
 *
 * <p>Every accessor throws {@link IllegalArgumentException} with the key, the value and an example where the value
 * cannot be read.
 */
public final class Settings implements Serializable {
    private static final long serialVersionUID = 1L;

    private final TreeMap<String, String> values;

    private Settings(TreeMap<String, String> values) {
        this.values = values;
    }

    /** The defaults alone. */
    public static Settings defaults() {
        TreeMap<String, String> values = new TreeMap<>();
        try {
            read(new StringReader(defaultsText()), values);
        } catch (IOException e) {
            throw new IllegalStateException("trawl.conf in the jar cannot be read", e);
        }
        return new Settings(values);
    }

    private static String defaultsText() throws IOException {
        try (InputStream in = Settings.class.getResourceAsStream("trawl.conf")) {
            if (in == null) {
                throw new IllegalStateException("trawl.conf is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The keys that a site's file and single settings may have. */
    private static KnownSettings known(Settings defaults) {
        try {
            return new KnownSettings(defaults.values.keySet(), defaultsText());
        } catch (IOException e) {
            throw new IllegalStateException("trawl.conf in the jar cannot be read", e);
        }
    }

    /**
     * @param given a site's file; null for the one that environment TRAWL_CONF names, or none
     * @param overrides single keys that win over the file
     * @throws IllegalArgumentException the file cannot be read, or a key is unknown
     */
    public static Settings load(@Nullable Path given, Map<String, String> overrides) {
        Settings settings = defaults();
        KnownSettings known = known(settings);
        String environment = System.getenv("TRAWL_CONF");
        Path file = given != null || environment == null || environment.isEmpty() ? given : Path.of(environment);
        if (file != null) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException("--conf " + file + ": no such file, or it cannot be read");
            }
            TreeMap<String, String> site = new TreeMap<>();
            try (Reader reader = Files.newBufferedReader(file)) {
                read(reader, site);
            } catch (IOException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "--conf " + file + ": not a file of 'key = value' lines (" + e.getMessage() + ")", e);
            }
            known.require(site.keySet(), file.toString());
            settings.values.putAll(site);
        }
        known.require(overrides.keySet(), "--set");
        settings.values.putAll(overrides);
        return settings;
    }

    private static void read(Reader reader, Map<String, String> into) throws IOException {
        Properties properties = new Properties();
        properties.load(reader);
        properties
                .stringPropertyNames()
                .forEach(key -> into.put(key, properties.getProperty(key).strip()));
    }

    /** These settings with one key changed. */
    public Settings with(String key, String value) {
        TreeMap<String, String> copy = new TreeMap<>(values);
        copy.put(key, value);
        return new Settings(copy);
    }

    /** The value of a key that must be there. */
    public String text(String key) {
        String value = values.get(key);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("setting " + key + " is missing: add '" + key
                    + " = ...' to trawl.conf (conf/trawl.conf explains it)");
        }
        return value;
    }

    /** The value of a key, or the given one where it is missing or empty. */
    public String text(String key, String otherwise) {
        String value = values.get(key);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    public int number(String key) {
        String value = text(key);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "setting " + key + " = " + value + ": expected a whole number, for example 4", e);
        }
    }

    public Duration duration(String key) {
        String value = text(key);
        try {
            return Duration.parse(value);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "setting " + key + " = " + value + ": expected an ISO-8601 duration, for example PT1H or PT30S", e);
        }
    }

    /** The values of a comma-separated key; none if it is empty or missing. */
    public List<String> list(String key) {
        String value = values.getOrDefault(key, "");
        return Stream.of(value.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Every key that starts with the prefix, without it. */
    public Map<String, String> under(String prefix) {
        TreeMap<String, String> found = new TreeMap<>();
        values.tailMap(prefix).forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return Collections.unmodifiableMap(found);
    }

    /** Names of the sources, in order of the alphabet. */
    public List<String> sources() {
        TreeSet<String> names = new TreeSet<>();
        under("source.").keySet().forEach(key -> {
            int dot = key.indexOf('.');
            if (dot > 0) {
                names.add(key.substring(0, dot));
            }
        });
        return List.copyOf(names);
    }

    /**
     * The formats that have a name here: those that ship with Trawl, and those of the folder that formats.folder names.
     *
     * @throws IllegalArgumentException there is no such folder, or nobody can say on which machine it would be
     * @throws JobFailure the folder's file system does not answer
     */
    public Formats formats() {
        return FormatsFolder.of(this).formats();
    }

    /** The settings of one source. */
    public LogSource source(String name) {
        if (!sources().contains(name)) {
            throw new IllegalArgumentException(
                    "source " + name + " is not in trawl.conf: it has " + String.join(", ", sources()));
        }
        return LogSource.of(name, this);
    }
}
