package io.trawl.cli.files.terminal;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file, or standard input, that is read from its beginning to its end; what gzip or zstd packed comes unpacked, as the
 * first bytes tell, whatever its name.
 */
public final class Input {
    /** What a user says for standard input. */
    public static final String STDIN = "-";

    private static final int BUFFER = 1 << 16;
    private static final byte[] XZ = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0};
    private static final byte[] BZIP2 = {'B', 'Z', 'h'};

    private final @Nullable Path path;
    private final String name;

    private Input(@Nullable Path path, String name) {
        this.path = path;
        this.name = name;
    }

    /** As the user named it, or as his pattern found it. */
    public String name() {
        return name;
    }

    public boolean isStdin() {
        return path == null;
    }

    /** The last part of its name, as an indicator names its source. */
    public String fileName() {
        Path file = path == null ? null : path.getFileName();
        return file == null ? name : file.toString();
    }

    /** Bytes on disk; 0 if that is not known. */
    public long size() {
        try {
            return path != null && Files.isRegularFile(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * When its lines were written, about: when the file was last changed, and now for standard input. It tells the year of
     * a time that has none.
     */
    public Instant written() {
        try {
            return path != null && Files.isRegularFile(path)
                    ? Files.getLastModifiedTime(path).toInstant()
                    : Instant.now();
        } catch (IOException e) {
            return Instant.now();
        }
    }

    /** Where it is; null for standard input. */
    @Nullable
    public Path path() {
        return path;
    }

    /** The inputs that words name; standard input where there are none. */
    public static List<Input> of(List<String> words) {
        List<Input> inputs = new ArrayList<>();
        for (String word : words) {
            if (word.equals(STDIN)) {
                if (inputs.stream().anyMatch(input -> input.name().equals(STDIN))) {
                    throw new IllegalArgumentException("- is given twice: standard input can be read once");
                }
                inputs.add(new Input(null, STDIN));
                continue;
            }
            Path path = path(word);
            // A file of that very name is meant, even if the name looks like a pattern.
            if (isPattern(word) && !Files.exists(path)) {
                List<Path> found = new ArrayList<>();
                find(word, found);
                if (found.isEmpty()) {
                    throw new IllegalArgumentException("no file matches " + word);
                }
                found.forEach(file -> inputs.add(new Input(file, file.toString())));
            } else {
                inputs.add(new Input(path, word));
            }
        }
        if (words.isEmpty()) {
            inputs.add(new Input(null, STDIN));
        }
        return inputs;
    }

    /** @throws IllegalArgumentException if a word cannot be the name of a file */
    public static Path path(String word) {
        if (word.isEmpty()) {
            throw new IllegalArgumentException("'' is not the name of a file: is a variable unset?");
        }
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + word + "' cannot be the name of a file", e);
        }
    }

    private static boolean isPattern(String word) {
        return word.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
    }

    /** Follows a pattern part by part, as a shell does: in order of names, hidden files only if it says so. */
    private static void find(String pattern, List<Path> found) {
        List<@Nullable Path> folders = new ArrayList<>();
        folders.add(pattern.startsWith("/") ? Path.of("/") : null);
        String[] parts = pattern.split("/+");
        for (int i = pattern.startsWith("/") ? 1 : 0; i < parts.length; i++) {
            List<@Nullable Path> next = new ArrayList<>();
            boolean last = i == parts.length - 1;
            for (Path folder : folders) {
                for (Path one : step(folder, parts[i])) {
                    if (last ? !Files.isDirectory(one) : Files.isDirectory(one)) {
                        next.add(one);
                    }
                }
            }
            folders = next;
        }
        for (Path file : folders) {
            if (file != null) {
                found.add(file);
            }
        }
    }

    private static List<Path> step(@Nullable Path folder, String part) {
        if (!isPattern(part)) {
            Path one = folder == null ? Path.of(part) : folder.resolve(part);
            return Files.exists(one) ? List.of(one) : List.of();
        }
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder == null ? Path.of(".") : folder, part)) {
            for (Path one : all) {
                String name = String.valueOf(one.getFileName());
                if (!name.startsWith(".") || part.startsWith(".")) {
                    names.add(folder == null ? Path.of(name) : one);
                }
            }
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + part + "' is not a pattern of file names, for example *.log", e);
        } catch (IOException | DirectoryIteratorException e) {
            // A folder that may not be looked into has no file for us, as for a shell.
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /**
     * Opens it.
     *
     * @param stdin what standard input is
     * @param read told of bytes as they are read, before they are unpacked
     */
    public Opened open(InputStream stdin, Progress read) throws IOException {
        InputStream raw;
        boolean regular = false;
        try {
            if (path == null) {
                raw = stdin;
            } else {
                if (Files.isDirectory(path)) {
                    throw new IOException("is a folder; expected a file, or a pattern, for example '" + name + "/*'");
                }
                if (Files.notExists(path)) {
                    throw new NoSuchFileException(name);
                }
                if (!Files.isReadable(path)) {
                    throw new IOException("is not yours to read");
                }
                regular = Files.isRegularFile(path);
                raw = regular ? Files.newInputStream(path) : new FileInputStream(path.toFile());
            }
        } catch (NoSuchFileException e) {
            throw new IOException("no such file", e);
        } catch (FileSystemException e) {
            String why = e.getReason();
            throw new IOException(why == null ? "cannot be opened" : why, e);
        }
        Counted counted = new Counted(raw, read, path != null);
        try {
            return new Opened(unpacked(counted), counted, regular);
        } catch (IOException | RuntimeException e) {
            counted.close();
            throw e;
        }
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        byte[] head = new byte[6];
        int length = 0;
        // No more is waited for than tells it: somebody may be typing.
        while (length < head.length && isBeginning(head, length)) {
            int read = raw.read(head, length, 1);
            if (read < 0) {
                break;
            }
            length += read;
        }
        PushbackInputStream whole = new PushbackInputStream(raw, head.length);
        whole.unread(head, 0, length);
        if (length >= 2 && head[0] == 0x1F && head[1] == (byte) 0x8B) {
            return new GZIPInputStream(new Followed(whole), BUFFER);
        }
        if (length >= 4 && isZstd(head)) {
            return new ZstdInputStream(whole);
        }
        if (length == XZ.length && Arrays.equals(head, XZ)) {
            throw new IOException(
                    "is packed by xz, which Trawl does not read; expected text, gzip or zstd, for example from xz -dc");
        }
        if (length == XZ.length && Arrays.mismatch(head, BZIP2) == 3 && head[4] == 0x31 && head[5] == 0x41) {
            throw new IOException(
                    "is packed by bzip2, which Trawl does not read; expected text, gzip or zstd, for example from bzcat");
        }
        return whole;
    }

    private static boolean isZstd(byte[] head) {
        boolean frame = head[0] == 0x28 && head[1] == (byte) 0xB5 && head[2] == 0x2F && head[3] == (byte) 0xFD;
        // pzstd begins with a frame that is to be skipped.
        boolean skipped = (head[0] & 0xF0) == 0x50 && head[1] == 0x2A && head[2] == 0x4D && head[3] == 0x18;
        return frame || skipped;
    }

    /** Whether bytes may still be the beginning of something packed. */
    private static boolean isBeginning(byte[] head, int length) {
        return length == 0
                || length == 1
                        && (head[0] == 0x1F
                                || head[0] == 0x28
                                || (head[0] & 0xF0) == 0x50
                                || head[0] == XZ[0]
                                || head[0] == 'B')
                || length == 2 && (head[1] == (byte) 0xB5 || head[1] == 0x2A || head[1] == XZ[1] || head[1] == 'Z')
                || length == 3 && (head[2] == 0x2F || head[2] == 0x4D || head[2] == XZ[2] || head[2] == 'h')
                || length > 3 && (head[0] == XZ[0] || head[0] == 'B');
    }

    /** What open() gives. */
    public static final class Opened implements AutoCloseable {
        private final InputStream stream;
        private final InputStream raw;
        private final boolean regular;

        private Opened(InputStream stream, InputStream raw, boolean regular) {
            this.stream = stream;
            this.raw = raw;
            this.regular = regular;
        }

        public InputStream stream() {
            return stream;
        }

        /** Whether it is a file that is not packed. */
        public boolean isPlainFile() {
            return regular && stream instanceof PushbackInputStream;
        }

        /** Whether more can be read without waiting for somebody to write it. */
        public boolean isReady() throws IOException {
            return regular || raw.available() > 0;
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** Tells how much was read; standard input stays open. */
    private static final class Counted extends FilterInputStream {
        private final Progress progress;
        private final boolean closes;

        Counted(InputStream in, Progress progress, boolean closes) {
            super(in);
            this.progress = progress;
            this.closes = closes;
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            if (one >= 0) {
                progress.read(1);
            }
            return one;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int count = in.read(into, from, length);
            if (count > 0) {
                progress.read(count);
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            if (closes) {
                in.close();
            }
        }
    }

    /** GZIPInputStream takes a pipe that has nothing ready for one that has ended, and drops the next member. */
    private static final class Followed extends FilterInputStream {
        Followed(InputStream in) {
            super(in);
        }

        @Override
        public int available() {
            return 1;
        }
    }
}
