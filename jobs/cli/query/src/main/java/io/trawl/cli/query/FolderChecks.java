package io.trawl.cli.query;

import io.trawl.base.Settings;
import io.trawl.run.Jobs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.security.AccessControlException;

/** The folders that settings name: whether they are there or can be made, can be written to, and have room. */
final class FolderChecks {
    private static final List<String> NO_ATOMIC_RENAME = List.of("s3", "s3a", "s3n", "gs", "oss", "cosn");
    private static final long GIB = 1L << 30;

    private final Settings settings;

    FolderChecks(Settings settings) {
        this.settings = settings;
    }

    /** A folder whose file system does not answer, by the address that was set: Hadoop looks its name up. */
    List<Finding> of(String key) throws IOException {
        try {
            return folder(key);
        } catch (IOException e) {
            if (!Jobs.isAway(e)) {
                throw e;
            }
            String address = String.valueOf(new Path(settings.text(key)).toUri().getAuthority());
            String said = Jobs.message(e)
                    .replaceFirst("^HDFS at \\S+ ", Matcher.quoteReplacement("HDFS at " + address + " "))
                    .replaceFirst(": is it up\\?.*", "");
            return List.of(Finding.fail(key, said, "start it, or correct " + key));
        }
    }

    /** A folder of a file system: whether it is there or can be made, whether this user can write to it, and how full it is. */
    private List<Finding> folder(String key) throws IOException {
        Path folder = new Path(settings.text(key));
        String scheme = String.valueOf(folder.toUri().getScheme()).toLowerCase(Locale.ROOT);
        List<Finding> findings = new ArrayList<>();
        if (key.equals("state.dir") && NO_ATOMIC_RENAME.contains(scheme)) {
            findings.add(Finding.fail(
                    key,
                    folder + " is on a file system whose rename is not atomic: pins would not hold",
                    "name a folder on HDFS, or on a disk that all machines share"));
        }
        Configuration hadoop = Cli.hadoop(settings);
        try (FileSystem files = FileSystem.newInstance(folder.toUri(), hadoop)) {
            String wrote;
            try {
                wrote = written(files, folder);
            } catch (AccessControlException e) {
                return List.of(Finding.fail(
                        key,
                        "this user cannot write to " + folder + ": "
                                + String.valueOf(e.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                        "make the folder as another user and give it to this one (hdfs dfs -chown)"));
            }
            long free = files.getStatus(existing(files, folder)).getRemaining();
            String room = free == Long.MAX_VALUE ? "" : ", " + free / GIB + " GB free";
            findings.add(
                    free < GIB
                            ? Finding.fail(key, folder + wrote + room, "make room there")
                            : free < 10 * GIB
                                    ? Finding.warn(key, folder + wrote + room, "see that it has room for what you keep")
                                    : Finding.ok(key, folder + wrote + room));
        }
        return findings;
    }

    private static String written(FileSystem files, Path folder) throws IOException {
        if (!files.exists(folder)) {
            files.access(existing(files, folder), FsAction.WRITE);
            return " does not exist yet and can be created";
        }
        Path file = new Path(folder, ".trawl-doctor-" + UUID.randomUUID());
        try {
            try (OutputStream out = files.create(file, false)) {
                out.write('x');
            }
        } finally {
            files.delete(file, false);
        }
        return " can be written to";
    }

    private static Path existing(FileSystem files, Path folder) throws IOException {
        Path at = folder;
        while (at.getParent() != null && !files.exists(at)) {
            at = at.getParent();
        }
        return at;
    }

    /** The folder that workers take the jobs from. */
    List<Finding> dist() throws IOException {
        String dist = settings.text("spark.dist", "");
        if (dist.isEmpty()) {
            return List.of(
                    Finding.ok("spark.dist", "empty: every worker has this folder's target/dist, at the same place"));
        }
        Path jobs = new Path(dist, "jobs");
        try (FileSystem files = FileSystem.newInstance(jobs.toUri(), Cli.hadoop(settings))) {
            int jars = files.globStatus(new Path(jobs, "trawl-*.jar")).length;
            return List.of(
                    jars > 0
                            ? Finding.ok("spark.dist", dist + " has the jars of " + jars + " jobs")
                            : Finding.fail(
                                    "spark.dist",
                                    dist + "/jobs has no trawl-*.jar, seen from this machine",
                                    "copy the folders jobs and lib of target/dist there"));
        }
    }
}
