package io.trawl.steps.files;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Submission;
import io.trawl.run.Jobs;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * Files or folders as an option or a setting names them: paths of this machine, or URLs of a file system that Hadoop's
 * client reads, of which a copy is made.
 */
public final class Given {
    /** One letter is a drive. */
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

    private Given() {}

    /**
     * Refuses a path of "this machine" where nobody can say which machine that is: in cluster mode the driver runs on any
     * worker.
     *
     * @param option for the message, with the setting that may have said it
     */
    public static void requireReadable(String option, String setting, List<String> names) {
        String master = Submission.anyMachineOf();
        if (master == null) {
            return;
        }
        for (String name : names) {
            if (!URL.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        option + " " + name + " is a path of one machine, and in cluster mode "
                                + "the job runs on any worker of " + master
                                + ": expected a URL, for example hdfs://namenode" + slash(name)
                                + ", or file://" + slash(name) + " if every worker has the same files there (setting "
                                + setting + ")");
            }
        }
    }

    private static String slash(String name) {
        return name.startsWith("/") ? name : "/" + name;
    }

    /** Whether a name is a URL of another file system than this machine's. */
    public static boolean isRemote(String name) {
        return URL.matcher(name).matches() && !name.regionMatches(true, 0, "file:", 0, 5);
    }

    /** The path of this machine that a name means. */
    public static Path local(String name) {
        return name.regionMatches(true, 0, "file:", 0, 5) && URL.matcher(name).matches()
                ? Path.of(new org.apache.hadoop.fs.Path(name).toUri().getPath())
                : Path.of(name);
    }

    /**
     * All of them as paths of this machine.
     *
     * @param folder where copies of remote files go, each in a folder of its own
     * @throws JobFailure a remote one cannot be read
     */
    public static List<Path> fetch(List<String> names, Path folder, Settings settings) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (String name : names) {
            // In the order in which they were named, each time.
            Path copy = folder.resolve(String.format("%06d", paths.size()));
            paths.add(isRemote(name) ? copy(name, Files.createDirectories(copy), settings) : local(name));
        }
        return paths;
    }

    private static Path copy(String name, Path to, Settings settings) {
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        org.apache.hadoop.fs.Path from = new org.apache.hadoop.fs.Path(name);
        try {
            FileSystem files = from.getFileSystem(hadoop);
            FileStatus status = files.getFileStatus(from);
            copy(files, status, to);
            return status.isDirectory() ? to : to.resolve(from.getName());
        } catch (FileNotFoundException e) {
            throw new JobFailure(name + ": no such file or folder; expected feeds, allowlists or rules there", e);
        } catch (IOException e) {
            if (Jobs.isAway(e)) {
                throw new UncheckedIOException(e);
            }
            throw new JobFailure(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void copy(FileSystem files, FileStatus status, Path to) throws IOException {
        if (!status.isDirectory()) {
            try (var in = files.open(status.getPath())) {
                Files.copy(in, to.resolve(status.getPath().getName()));
            }
            return;
        }
        for (FileStatus inside : files.listStatus(status.getPath())) {
            if (inside.isDirectory()) {
                copy(
                        files,
                        inside,
                        Files.createDirectory(to.resolve(inside.getPath().getName())));
            } else {
                copy(files, inside, to);
            }
        }
    }
}
