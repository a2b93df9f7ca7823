package io.trawl.base;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;

/**
 * Files on the cluster's file system: pins, load manifests and reports, in JSON, and what a snapshot of indicators needs.
 * A file appears whole or not at all, and {@link #create} has one winner however many try.
 */
public final class State {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path root;
    private final FileSystem files;
    private final FileContext context;

    private State(Path root, FileSystem files, FileContext context) {
        this.root = root;
        this.files = files;
        this.context = context;
    }

    /** Opens the folder at a URI; it need not be there yet. */
    public static State at(String uri, Configuration hadoop) throws IOException {
        Path root = new Path(uri);
        FileSystem files = root.getFileSystem(hadoop);
        // A checksum in a file of its own appears at another moment than what it is of.
        return new State(
                root,
                files instanceof LocalFileSystem local ? local.getRaw() : files,
                FileContext.getFileContext(root.toUri(), hadoop));
    }

    /** The whole path of a name in this folder. */
    public Path path(String name) {
        return new Path(root, name);
    }

    /** A file's content, null if there is none. */
    public @Nullable JsonNode read(String name) throws IOException {
        try (InputStream in = files.open(path(name))) {
            return JSON.readTree(in);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /**
     * Creates a file that must not be there yet.
     *
     * @return whether this call created it; false where another one was first
     */
    public boolean create(String name, JsonNode content) throws IOException {
        return place(write(name, content), path(name));
    }

    /** Writes a file, in place of one that may be there. */
    public void replace(String name, JsonNode content) throws IOException {
        Path temporary = write(name, content);
        if (isLocal()) {
            Files.move(local(temporary), local(path(name)), StandardCopyOption.ATOMIC_MOVE);
        } else {
            context.rename(temporary, path(name), Options.Rename.OVERWRITE);
        }
    }

    /**
     * Keeps a copy of a file of this machine. One that is there already stays, and counts as new from now on.
     *
     * @param name says what is in it, as a digest does: two files of one name are the same
     */
    public Path keep(java.nio.file.Path file, String name) throws IOException {
        return keep(name, out -> Files.copy(file, out));
    }

    /** Keeps a text in the same way. */
    public Path keep(String text, String name) throws IOException {
        return keep(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A file's text, null if there is none. */
    public @Nullable String text(String name) throws IOException {
        try (InputStream in = files.open(path(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /** Writes what is in a file. */
    public interface Content {
        void to(OutputStream out) throws IOException;
    }

    /** Keeps what somebody writes in the same way; it is not asked for where the file is there already. */
    public Path keep(String name, Content content) throws IOException {
        Path target = path(name);
        if (files.exists(target)) {
            try {
                files.setTimes(target, System.currentTimeMillis(), -1);
                return target;
            } catch (FileNotFoundException e) {
                // Maintenance took it away just now.
            }
        }
        files.mkdirs(target.getParent());
        Path temporary = temporary(target);
        try (OutputStream out = files.create(temporary, true)) {
            content.to(out);
        }
        place(temporary, target);
        return target;
    }

    /** Gives a file its name where nothing has it; whether it did. */
    private boolean place(Path temporary, Path target) throws IOException {
        try {
            if (isLocal()) {
                // Hadoop's rename on a machine's own disk first looks and then moves; a link is one step.
                Files.createLink(local(target), local(temporary));
                Files.delete(local(temporary));
            } else {
                context.rename(temporary, target, Options.Rename.NONE);
            }
            return true;
        } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
            files.delete(temporary, false);
            return false;
        }
    }

    private boolean isLocal() {
        return files instanceof RawLocalFileSystem;
    }

    private java.nio.file.Path local(Path path) {
        return ((RawLocalFileSystem) files).pathToFile(path).toPath();
    }

    private static Path temporary(Path target) {
        return new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
    }

    private Path write(String name, JsonNode content) throws IOException {
        Path target = path(name);
        files.mkdirs(target.getParent());
        Path temporary = temporary(target);
        try (OutputStream out = files.create(temporary, true)) {
            out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
        }
        return temporary;
    }

    /** An instant in the name of a file or folder. */
    public static String fileName(Instant instant) {
        return instant.toString().replace(":", "");
    }

    /** Names of the files in a folder, in order; none if the folder is missing. */
    public List<String> list(String folder) throws IOException {
        List<String> names = new ArrayList<>();
        try {
            for (FileStatus file : files.listStatus(path(folder))) {
                String name = file.getPath().getName();
                if (file.isFile() && !name.startsWith(".")) {
                    names.add(name);
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /** The file system that has it. */
    public FileSystem files() {
        return files;
    }
}
