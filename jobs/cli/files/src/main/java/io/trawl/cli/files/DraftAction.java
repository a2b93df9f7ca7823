package io.trawl.cli.files;

import io.trawl.cli.files.format.Draft;
import io.trawl.cli.files.log.SampleReader;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code trawl formats new}: the first draft of a declaration, from lines of a log. */
final class DraftAction {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");

    private DraftAction() {}

    static int run(Arguments arguments, List<String> rest, Streams streams) throws IOException {
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException("'" + rest.get(0) + "' is surplus: expected --sample FILE after new");
        }
        String sample = arguments.value("--sample");
        if (sample == null) {
            throw new IllegalArgumentException("--sample is missing: expected a log, for example --sample access.log");
        }
        Path file = to(arguments.value("--to"));
        String name = file == null ? "my-format" : name(file);
        String draft = Draft.of(SampleReader.read(Input.of(List.of(sample)), streams.in()), name);
        if (file == null) {
            streams.out().write(draft.getBytes(StandardCharsets.UTF_8));
            streams.out().flush();
            return 0;
        }
        try {
            Files.writeString(file, draft, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " is there already; expected the name of a new file", e);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such folder", e);
        } catch (FileSystemException e) {
            String why = e.getReason();
            throw new IOException(file + ": " + (why == null ? "cannot be written" : why), e);
        }
        streams.err()
                .println("trawl formats: " + Printable.line(file.toString())
                        + " is written; mend it, then run trawl formats test " + Printable.line(file.toString()));
        return 0;
    }

    private static @Nullable Path to(@Nullable String word) {
        if (word == null) {
            return null;
        }
        Path file = Input.path(word);
        Path last = file.getFileName();
        if (last == null
                || !last.toString().endsWith(".yaml")
                || !NAME.matcher(name(file)).matches()) {
            throw new IllegalArgumentException(
                    "--to " + word
                            + ": expected a file whose name is the format's and .yaml, in small letters, digits and hyphens, for example my-gateway.yaml");
        }
        return file;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.yaml$", "");
    }
}
