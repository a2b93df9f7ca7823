package io.trawl.base;

import io.trawl.parsing.format.Formats;
import io.trawl.parsing.format.SiteFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder with a site's formats, setting formats.folder.
 *
 * @param place an absolute path of this machine, or a URL of a file system that Hadoop's client reads; empty: none
 * @param hadoop properties of Hadoop's client
 */
public record FormatsFolder(String place, TreeMap<String, String> hadoop) implements Serializable {
    private static final String SETTING = "setting formats.folder";
    private static final String END = ".yaml";
    /** One letter is a drive. */
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

    private static final Pattern LOCAL_URL = Pattern.compile("(?i)file:/.*");

    /** @throws IllegalArgumentException the setting is neither an absolute path nor a URL */
    public static FormatsFolder of(Settings settings) {
        String place = settings.text("formats.folder", "");
        if (!place.isEmpty()
                && !URL.matcher(place).matches()
                && !java.nio.file.Path.of(place).isAbsolute()) {
            throw new IllegalArgumentException(
                    SETTING + " = " + place
                            + ": expected an absolute path or a URL, for example /etc/trawl/formats or hdfs://namenode/trawl/formats");
        }
        return new FormatsFolder(place, new TreeMap<>(settings.under("hadoop.")));
    }

    public boolean isEmpty() {
        return place.isEmpty();
    }

    /** Whether it is a path, which says nothing about the machine. */
    public boolean isPath() {
        return !isEmpty() && !URL.matcher(place).matches();
    }

    /** Whether a server must be asked for it. */
    public boolean isRemote() {
        return URL.matcher(place).matches() && !LOCAL_URL.matcher(place).matches();
    }

    /**
     * The formats that ship with Trawl and those of the folder.
     *
     * @throws IllegalArgumentException there is no such folder, or nobody can say on which machine it would be
     * @throws JobFailure the folder's file system does not answer
     */
    public Formats formats() {
        if (isEmpty()) {
            return Formats.shipped();
        }
        if (isRemote()) {
            return Formats.with(remote());
        }
        String master = Submission.anyMachineOf();
        if (master != null && !LOCAL_URL.matcher(place).matches()) {
            throw new IllegalArgumentException(SETTING + " = " + place
                    + " is a path of one machine, and in cluster mode the job runs on any worker of " + master
                    + ": expected a URL, for example hdfs://namenode" + place + ", or file://" + place
                    + " if every worker has the same files there");
        }
        try {
            return Formats.with(java.nio.file.Path.of(
                    LOCAL_URL.matcher(place).matches() ? new Path(place).toUri().getPath() : place));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(SETTING + ": " + e.getMessage(), e);
        }
    }

    private Remote remote() {
        Configuration configuration = new Configuration();
        configuration.set("ipc.client.connect.max.retries", "5");
        hadoop.forEach(configuration::set);
        Path folder = new Path(place);
        try {
            FileSystem files = folder.getFileSystem(configuration);
            Map<String, Path> named = new TreeMap<>();
            for (FileStatus file : files.listStatus(folder)) {
                String name = file.getPath().getName();
                if (file.isFile() && name.endsWith(END)) {
                    named.put(name.substring(0, name.length() - END.length()), file.getPath());
                }
            }
            return new Remote(files, named);
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException(
                    SETTING + " = " + place
                            + ": no such folder; expected one with files as my-gateway.yaml (docs/formats.md)",
                    e);
        } catch (IOException e) {
            throw new JobFailure("formats in " + place + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A folder of another file system. */
    private record Remote(FileSystem files, Map<String, Path> named) implements SiteFolder {
        @Override
        public Collection<String> names() {
            return named.keySet();
        }

        @Override
        public String file(String name) {
            return String.valueOf(named.get(name));
        }

        @Override
        public String text(String name) {
            try (var in = files.open(named.get(name))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new JobFailure(file(name) + " cannot be read: " + e.getMessage(), e);
            }
        }
    }
}
