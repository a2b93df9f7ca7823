package io.trawl.parsing.fuzz;

import io.trawl.parsing.Parser;
import io.trawl.parsing.flume.Envelope;
import io.trawl.parsing.format.Formats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * What Jazzer runs, by hand (CONTRIBUTING.md). An input is a byte that chooses a format, and a line; one that begins with
 * {@code #} has the line of its file that names the columns in front of it, and a line feed between the two. Behind all
 * formats comes Flume's envelope.
 */
public final class LineFuzz {
    private LineFuzz() {}

    /** Writes the first inputs into a folder: the samples of all formats. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        for (int i = 0; i < AnyLine.PARSERS.size(); i++) {
            Parser parser = AnyLine.PARSERS.get(i);
            int number = 0;
            for (String sample :
                    Formats.shipped().declared(parser.name(), ZoneOffset.UTC).samples()) {
                byte[] line = sample.getBytes(StandardCharsets.UTF_8);
                byte[] input = new byte[line.length + 1];
                input[0] = (byte) i;
                System.arraycopy(line, 0, input, 1, line.length);
                Files.write(folder.resolve(i + "-" + parser.name() + "-" + number++), input);
            }
        }
    }

    /** Jazzer calls it once, by its name: compiling all formats is no part of the first input's time. */
    public static void fuzzerInitialize() {
        if (AnyLine.PARSERS.size() >= 1 << Byte.SIZE) {
            throw new IllegalStateException("a byte does not choose one of " + AnyLine.PARSERS.size() + " parsers");
        }
    }

    /** Jazzer calls it for each input, by its name. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int chosen = (input[0] & 0xFF) % (AnyLine.PARSERS.size() + 1);
        byte[] line = Arrays.copyOfRange(input, 1, input.length);
        if (chosen == AnyLine.PARSERS.size()) {
            envelope(line);
            return;
        }
        Parser parser = AnyLine.PARSERS.get(chosen);
        int end = 0;
        while (end < line.length && line[end] != '\n') {
            end++;
        }
        if (end < line.length && line[0] == '#') {
            parser = parser.under(new String(line, 0, end, StandardCharsets.UTF_8));
            line = Arrays.copyOfRange(line, end + 1, line.length);
        }
        AnyLine.holds(parser, line);
    }

    private static void envelope(byte[] message) {
        try {
            new Envelope().read(message);
        } catch (IOException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("an envelope that cannot be read has no reason", e);
            }
        }
    }
}
