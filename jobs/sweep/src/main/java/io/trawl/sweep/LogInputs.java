package io.trawl.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.kafka.files.LogFile;
import io.trawl.kafka.files.LogScan;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a command, each as the window that it is.
 *
 * <p>A log is known by what it holds, not by its name: renamed or packed it is the same window. One that begins with all
 * that a known log held has grown, and takes its window, so that the lines which were there before are the same rows. Any
 * other is a new log.
 */
final class LogInputs {
    /** What a user says for standard input. */
    static final String STDIN = "-";

    /** Length of a window. */
    static final Duration UNIT = Duration.ofSeconds(1);

    private LogInputs() {}

    /**
     * A log and its window.
     *
     * @param name as the user named it
     */
    record Swept(String name, LogFile file) {
        Window window() {
            return new Window(file.window(), file.window().plus(UNIT));
        }
    }

    /** @throws IllegalArgumentException they cannot be read */
    static void check(List<String> names) throws IOException {
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "no log is given: expected files, or - for standard input, for example access.log");
        }
        if (names.stream().filter(STDIN::equals).count() > 1) {
            throw new IllegalArgumentException("- is given twice: standard input can be read once");
        }
        for (String name : names) {
            if (!name.equals(STDIN)) {
                requireFile("log", Path.of(name));
            }
        }
    }

    static void requireFile(String what, Path file) {
        if (file.toString().isEmpty()) {
            throw new IllegalArgumentException(what + " '' is not the name of a file: is a variable unset?");
        }
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(what + " " + file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(
                    what + " " + file + " is a folder: expected files, for example " + file + "/*");
        }
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(what + " " + file + " cannot be read: the file is not yours to read");
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    what + " " + file + " is not a regular file: expected one, or - for standard input");
        }
    }

    /**
     * Reads the logs and finds or makes the window of each; a log without a line has none.
     *
     * @throws IllegalArgumentException one cannot be read, or none has a line
     */
    static List<Swept> register(
            List<String> names, InputStream in, LakeFolder folder, Settings settings, PrintStream err)
            throws IOException {
        State state = State.at(settings.text("state.dir"), new Configuration());
        List<LogFile> known = known(state);
        List<Swept> swept = new ArrayList<>();
        Set<Instant> windows = new HashSet<>();
        List<String> notes = new ArrayList<>();
        for (String name : names) {
            Path path = name.equals(STDIN)
                    ? spooled(in, folder)
                    : Path.of(name).toAbsolutePath().normalize();
            LogScan scan = scan(name, path, known, settings.number("ingest.task.messages"));
            if (scan.lines() == 0) {
                notes.add("log " + name + " is empty");
                continue;
            }
            LogFile before = find(scan, known);
            LogFile file = before == null
                    ? first(name, path, scan, known)
                    : new LogFile(
                            before.number(),
                            before.window(),
                            before.log(),
                            before.generation(),
                            path.toString(),
                            scan.bytes(),
                            scan.lines(),
                            scan.digest());
            if (!windows.add(file.window())) {
                notes.add("log " + name + " has the same content as an earlier one");
                continue;
            }
            if (!file.equals(before)) {
                state.replace(LogFile.name(Sweep.SOURCE, file.window()), file.json());
                known.remove(before);
                known.add(file);
            }
            swept.add(new Swept(name, file));
        }
        if (swept.isEmpty()) {
            throw new IllegalArgumentException(String.join(", ", notes) + ": expected lines of "
                    + settings.text("source." + Sweep.SOURCE + ".format"));
        }
        notes.forEach(note -> err.println("trawl sweep: " + Text.clean(note)));
        return swept;
    }

    private static List<LogFile> known(State state) throws IOException {
        List<LogFile> known = new ArrayList<>();
        for (String name : state.list(LogFile.folder(Sweep.SOURCE))) {
            JsonNode file = state.read(LogFile.folder(Sweep.SOURCE) + "/" + name);
            if (file != null) {
                known.add(LogFile.of(file));
            }
        }
        return known;
    }

    private static LogScan scan(String name, Path path, List<LogFile> known, int part) {
        TreeSet<Long> lengths = new TreeSet<>();
        known.forEach(file -> lengths.add(file.bytes()));
        try {
            return LogScan.of(path, Long.MAX_VALUE, lengths, part);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("log " + name + ": no such file", e);
        } catch (EOFException e) {
            throw new IllegalArgumentException("log " + name + " is damaged: the packed file ends too early", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("log " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The known log that this one is, or was before it grew. */
    private static @Nullable LogFile find(LogScan scan, List<LogFile> known) {
        LogFile found = null;
        for (LogFile file : known) {
            if (file.digest().equals(scan.beginnings().get(file.bytes()))
                    && (found == null || found.bytes() < file.bytes())) {
                found = file;
            }
        }
        return found;
    }

    /** A log that was never seen: it gets the next number, and the newest second that has passed and is free. */
    private static LogFile first(String name, Path path, LogScan scan, List<LogFile> known) {
        int number = 0;
        Set<Instant> taken = new HashSet<>();
        for (LogFile file : known) {
            number = Math.max(number, file.number() + 1);
            taken.add(file.window());
        }
        Instant window = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(UNIT);
        while (taken.contains(window)) {
            window = window.minus(UNIT);
        }
        return new LogFile(
                number,
                window,
                name.equals(STDIN) ? "stdin" : String.valueOf(path.getFileName()),
                scan.digest().substring(0, 16),
                path.toString(),
                scan.bytes(),
                scan.lines(),
                scan.digest());
    }

    /** Standard input as a file: the jobs read a log more than once. */
    private static Path spooled(InputStream in, LakeFolder folder) throws IOException {
        Path file = folder.stdin();
        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        return file;
    }
}
