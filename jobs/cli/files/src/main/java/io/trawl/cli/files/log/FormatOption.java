package io.trawl.cli.files.log;

import io.trawl.cli.files.format.Candidate;
import io.trawl.cli.files.format.Detection;
import io.trawl.cli.files.format.LogSample;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Printable;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options {@code --format} and {@code --formats} of the commands that read logs. */
public final class FormatOption {
    static final String AUTO = "auto";
    static final String FORMAT = "--format";
    public static final String FORMATS = "--formats";
    /** Any number of times: an argument of a generic format. */
    public static final String WITH = "--with";

    /** So much of standard input is looked at, and no more. */
    private static final int HEAD = 1 << 20;
    /** A pipe that has given so many lines and pauses is not waited for. */
    private static final int FEW = 20;

    private final Formats formats;
    private final String text;
    private final @Nullable LogReader named;

    /**
     * A reader for inputs.
     *
     * @param streams to read the inputs from: what was looked at of standard input comes again
     */
    public record Chosen(LogReader reader, Streams streams) {}

    private FormatOption(Formats formats, String text, @Nullable LogReader named) {
        this.formats = formats;
        this.text = text;
        this.named = named;
    }

    /** @throws IllegalArgumentException if no format is named, or one that there is not */
    public static FormatOption of(Arguments arguments) {
        String text = arguments.value(FORMAT);
        if (text == null) {
            throw new IllegalArgumentException(
                    "--format is missing: expected a format's name, for example --format squid, or --format auto"
                            + " (bin/trawl formats lists them)");
        }
        Formats formats = formats(arguments);
        Map<String, String> with = Formats.arguments(arguments.values(WITH));
        if (text.equals(AUTO) && !with.isEmpty()) {
            throw new IllegalArgumentException(
                    "--with: --format auto takes no arguments; expected a generic format, for example --format csv");
        }
        return new FormatOption(formats, text, text.equals(AUTO) ? null : LogReader.of(text, formats, with));
    }

    /** Trawl's formats, and those of the folder that the option or the setting formats.folder names. */
    public static Formats formats(Arguments arguments) {
        String folder = arguments.value(FORMATS);
        if (folder == null) {
            folder = System.getProperty("trawl.formats", "");
            if (folder.isEmpty()) {
                return Formats.shipped();
            }
        }
        return Formats.with(Input.path(folder));
    }

    /**
     * The format that a file declares.
     *
     * @throws IllegalArgumentException if the declaration is wrong
     */
    public static DeclaredFormat file(String word) {
        return DeclaredFormat.of(requireFile(word), ZoneOffset.UTC);
    }

    /** @throws IllegalArgumentException if there is no such file */
    public static Path requireFile(String word) {
        Path file = Input.path(word);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(word + (Files.isDirectory(file) ? " is a folder" : ": no such file")
                    + "; expected the declaration of a format, for example ./my-gateway.yaml");
        }
        return file;
    }

    /**
     * The reader: of the formats that are named, or with {@code --format auto} of the one that the inputs are in.
     *
     * @throws IllegalArgumentException if the inputs' format is not clear
     */
    public Chosen choose(String command, List<Input> inputs, Streams streams) throws IOException {
        if (named != null) {
            for (String name : text.split(",")) {
                say(command, formats.note(name.strip()), streams);
            }
            return new Chosen(named, streams);
        }
        InputStream head = InputStream.nullInputStream();
        Streams again = streams;
        if (inputs.stream().anyMatch(Input::isStdin)) {
            byte[] bytes = head(streams.in());
            head = new ByteArrayInputStream(bytes);
            again = new Streams(
                    new SequenceInputStream(new ByteArrayInputStream(bytes), streams.in()),
                    streams.out(),
                    streams.err(),
                    streams.progress());
        }
        LogSample sample = SampleReader.heads(inputs, head);
        Detection detection = Detection.of(new Detection.Choice(formats), sample);
        for (String broken : detection.broken()) {
            say(command, "not tried: " + broken, streams);
        }
        String doubt = detection.doubt();
        if (doubt != null) {
            throw new IllegalArgumentException("--format auto: " + doubt
                    + (!detection.isTie()
                            ? "; trawl formats detect says more, trawl formats new drafts a format of your own"
                            : "; expected one of them, for example --format "
                                    + detection.best().get(0).name() + " (trawl formats detect says more)"));
        }
        Candidate best = detection.best().get(0);
        say(
                command,
                String.format(
                        Locale.ROOT,
                        "format %s (%s): %d of the %d lines looked at are valid",
                        best.name(),
                        best.title(),
                        best.valid(),
                        best.tried()),
                streams);
        say(command, formats.note(best.name()), streams);
        return new Chosen(LogReader.of(best.name(), formats, Map.of()), again);
    }

    private static void say(String command, @Nullable String note, Streams streams) {
        if (note != null) {
            streams.err().println("trawl " + command + ": " + Printable.line(note));
        }
    }

    /** The first bytes of a stream: all, or many, or what a pipe has given before it pauses. */
    private static byte[] head(InputStream in) throws IOException {
        byte[] bytes = new byte[HEAD];
        int length = 0;
        int lines = 0;
        while (length < bytes.length) {
            int read = in.read(bytes, length, bytes.length - length);
            if (read < 0) {
                break;
            }
            for (int i = length; i < length + read; i++) {
                lines += bytes[i] == '\n' ? 1 : 0;
            }
            length += read;
            if (lines >= FEW && in.available() == 0) {
                break;
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    /** The options for Arguments, with others. */
    public static Set<String> with(String... others) {
        Set<String> all = new HashSet<>(Set.of(others));
        all.add(FORMAT);
        all.add(FORMATS);
        return all;
    }
}
