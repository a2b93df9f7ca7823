package io.trawl.enrich;

import io.trawl.base.State;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.fs.Path;

/**
 * The registrable domains of the days before one, kept in the folder state.dir: a file of each day, and one of all days up to
 * one. A file is named by a digest of the lake's files that it was made of. So one that is there is right, whatever was swept
 * again since, and one that is not there is made.
 */
final class DomainDays {
    /** The folder of the files. */
    static final String FOLDER = "domains";

    private final State state;
    private final String folder;
    private final String version;

    /** @param version of what tells which domain of a host is registrable */
    DomainDays(State state, String source, String version) {
        this.state = state;
        this.folder = FOLDER + "/" + source;
        this.version = version;
    }

    /**
     * Gives each domain of the days, in order, once.
     *
     * @param files the lake's files of each day, by their paths
     * @param day reads the domains of a day, in order, each once
     */
    void all(
            SortedMap<LocalDate, ? extends Set<String>> files,
            Function<LocalDate, Iterator<String>> day,
            Consumer<String> domains)
            throws IOException {
        if (files.isEmpty()) {
            return;
        }
        Map<LocalDate, String> days = new TreeMap<>();
        Map<LocalDate, String> upTo = new TreeMap<>();
        String before = version;
        for (Map.Entry<LocalDate, ? extends Set<String>> one : files.entrySet()) {
            String own = digest(version + "\n" + String.join("\n", one.getValue()));
            before = digest(before + "\n" + own);
            days.put(one.getKey(), own + ".day.gz");
            upTo.put(one.getKey(), before + ".all.gz");
        }
        String whole = Objects.requireNonNull(upTo.get(files.lastKey()));
        Set<String> there = new HashSet<>(state.list(folder));
        if (!there.contains(whole)) {
            List<LocalDate> ordered = new ArrayList<>(files.keySet());
            int known = ordered.size() - 1;
            while (known >= 0 && !there.contains(upTo.get(ordered.get(known)))) {
                known--;
            }
            List<String> parts = new ArrayList<>();
            if (known >= 0) {
                parts.add(Objects.requireNonNull(upTo.get(ordered.get(known))));
            }
            for (LocalDate one : ordered.subList(known + 1, ordered.size())) {
                String name = Objects.requireNonNull(days.get(one));
                // Kept anew where it is there: it counts as young then.
                state.keep(folder + "/" + name, out -> write(day.apply(one), out));
                parts.add(name);
            }
            state.keep(folder + "/" + whole, out -> merge(parts, out));
        } else {
            state.keep(folder + "/" + whole, out -> {
                throw new IOException(folder + "/" + whole + " was deleted while it was asked for; run enrich again");
            });
        }
        try (BufferedReader lines = open(whole)) {
            lines.lines().forEach(domains);
        }
    }

    private BufferedReader open(String name) throws IOException {
        Path path = state.path(folder + "/" + name);
        InputStream in = state.files().open(path);
        return new BufferedReader(new InputStreamReader(new GZIPInputStream(in, 1 << 16), StandardCharsets.UTF_8));
    }

    private static void write(Iterator<String> domains, OutputStream to) throws IOException {
        GZIPOutputStream out = new GZIPOutputStream(to, 1 << 16);
        while (domains.hasNext()) {
            out.write((domains.next() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        out.finish();
    }

    private void merge(List<String> parts, OutputStream to) throws IOException {
        List<BufferedReader> opened = new ArrayList<>();
        try {
            PriorityQueue<Line> next = new PriorityQueue<>();
            for (String part : parts) {
                BufferedReader lines = open(part);
                opened.add(lines);
                Line.add(lines, next);
            }
            write(distinct(next), to);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            for (BufferedReader one : opened) {
                one.close();
            }
        }
    }

    private static Iterator<String> distinct(PriorityQueue<Line> next) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !next.isEmpty();
            }

            @Override
            public String next() {
                String text = next.element().text();
                while (!next.isEmpty() && next.element().text().equals(text)) {
                    try {
                        Line.add(next.remove().of(), next);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return text;
            }
        };
    }

    /** The line that is next of a file. */
    private record Line(String text, BufferedReader of) implements Comparable<Line> {
        static void add(BufferedReader of, PriorityQueue<Line> to) throws IOException {
            String text = of.readLine();
            if (text != null) {
                to.add(new Line(text, of));
            }
        }

        @Override
        public int compareTo(Line other) {
            return text.compareTo(other.text);
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
