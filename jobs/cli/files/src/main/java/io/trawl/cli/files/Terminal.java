package io.trawl.cli.files;

import io.trawl.cli.files.rule.RulesCommand;
import io.trawl.cli.files.terminal.OutputFailure;
import io.trawl.cli.files.terminal.Problem;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Printable;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The commands {@code parse}, {@code canonical}, {@code indicators}, {@code index}, {@code lookalike}, {@code match},
 * {@code formats} and {@code rules}; bin/trawl starts it.
 */
public final class Terminal {
    private static final String COMMANDS = "parse, canonical, indicators, index, lookalike, match, formats, rules";

    private Terminal() {}

    public static void main(String[] args) {
        Streams streams = new Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Boolean.getBoolean("trawl.progress"));
        // A thread may be waiting for input that nobody wants any more: it is not waited for.
        Runtime.getRuntime().halt(run(args, streams));
    }

    /** @return exit status, as grep's: 0 something was found, 1 nothing, 2 an error, which stderr has in one line */
    static int run(String[] args, Streams given) {
        Streams streams = new Streams(given.in(), new Watched(given.out()), given.err(), given.progress());
        String command = args.length == 0 ? "" : args[0];
        List<String> words = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        String problem;
        try {
            return switch (command) {
                case "parse" -> ParseCommand.run(words, streams);
                case "canonical" -> CanonicalCommand.run(words, streams);
                case "indicators" -> IndicatorsCommand.run(words, streams);
                case "index" -> IndexCommand.run(words, streams);
                case "lookalike" -> LookalikeCommand.run(words, streams);
                case "match" -> MatchCommand.run(words, streams);
                case "formats" -> FormatsCommand.run(words, streams);
                case "rules" -> RulesCommand.run(words, streams);
                default -> throw new IllegalArgumentException("command '" + command + "': expected one of " + COMMANDS);
            };
        } catch (OutputFailure e) {
            if (e.isClosedPipe()) {
                return 0;
            }
            problem = "the output cannot be written: " + e.getMessage();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof OutputFailure failure && failure.isClosedPipe()) {
                return 0;
            }
            problem = e.getCause() instanceof OutputFailure failure
                    ? "the output cannot be written: " + failure.getMessage()
                    : String.valueOf(e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            problem = Problem.of(e);
        }
        streams.err().println("trawl" + (command.isEmpty() ? "" : " " + command) + ": " + Printable.line(problem));
        return 2;
    }

    /** Says of a failure that it is the output's. */
    private static final class Watched extends FilterOutputStream {
        Watched(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                throw new OutputFailure(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw new OutputFailure(e);
            }
        }
    }
}
