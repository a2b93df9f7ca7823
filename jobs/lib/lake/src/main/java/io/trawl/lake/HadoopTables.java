package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * The tables that a Hadoop catalog has in a warehouse, and their way into another catalog. Nothing is copied: the other
 * catalog is told of the newest metadata file, so rows, snapshots and their ids are what they were.
 */
public final class HadoopTables {
    private static final Pattern VERSION = Pattern.compile("v(\\d+)((?:\\.gz)?\\.metadata\\.json)");
    /** How the file begins that stands in the place of the next version, so that nobody commits to the old catalog any more. */
    private static final String MOVED = "moved: ";

    private static final String CATALOG = "the catalog of this table is ";
    /** Bytes of a fence that are read. */
    private static final int LONGEST = 4096;

    private HadoopTables() {}

    /** A metadata file of a table. */
    private record Version(int number, String end, Path file) {}

    /**
     * A table that was moved, or had been before.
     *
     * @param name as lake.raw_lines
     * @param metadata the metadata file that the other catalog was told of; null if it knew the table already
     */
    public record Moved(String name, @Nullable String metadata) {}

    /** Refuses a new table where a Hadoop catalog has one: it would look as if all rows were gone. */
    static void requireNone(String warehouse, TableIdentifier table, Configuration hadoop) {
        Path folder = metadata(warehouse, table.name());
        try {
            FileSystem files = folder.getFileSystem(hadoop);
            Version newest = newest(files, folder);
            if (newest == null) {
                return;
            }
            requireUnmoved(files, folder, newest, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new JobFailure(
                "lake.warehouse = " + warehouse
                        + " has a lake whose catalog is of type hadoop, and lake.type names another: move it with 'bin/trawl migrate-lake --from hadoop' (docs/lake.md), or set lake.type = hadoop",
                null);
    }

    /**
     * Moves every table of the warehouse's Hadoop catalog to the catalog that the settings name. May be done again after
     * it was interrupted. A writer of the old catalog that is still at work is refused from the moment on in which its table is
     * moved, and loses nothing but its own run.
     *
     * @throws IllegalArgumentException the settings name a Hadoop catalog themselves
     */
    public static List<Moved> move(Settings settings, Configuration hadoop) throws Exception {
        LakeSettings to = LakeSettings.of(settings);
        if (to.isHadoop()) {
            throw new IllegalArgumentException(
                    "setting lake.type = hadoop: name the catalog that the lake should have, for example lake.type = jdbc");
        }
        Path database = new Path(to.warehouse(), LakeTable.DATABASE);
        FileSystem files = database.getFileSystem(hadoop);
        List<Moved> moved = new ArrayList<>();
        try (Lake lake = Lake.open(settings, hadoop)) {
            for (String name : Stream.of(list(files, database))
                    .filter(FileStatus::isDirectory)
                    .map(folder -> folder.getPath().getName())
                    .sorted()
                    .toList()) {
                if (newest(files, metadata(to.warehouse(), name)) != null) {
                    moved.add(move(files, to.warehouse(), name, lake, to));
                }
            }
        }
        return moved;
    }

    /**
     * Refuses a table that another catalog has been told of: what this one would be told of is its state of that day.
     *
     * @param to the catalog that it may have been told of in a move that was interrupted; null for none
     */
    private static void requireUnmoved(FileSystem files, Path folder, Version newest, @Nullable String to)
            throws IOException {
        String fence = fenceOf(files, new Path(folder, "v" + (newest.number() + 1) + newest.end()));
        boolean written = false;
        for (FileStatus file : list(files, folder)) {
            String name = file.getPath().getName();
            written |= name.endsWith(".metadata.json") && !VERSION.matcher(name).matches();
        }
        if (written || fence != null && !fence.isEmpty() && !fence.equals(to)) {
            throw new JobFailure(
                    "the lake in " + folder.getParent().getParent() + " was moved to "
                            + (fence == null || fence.isEmpty() ? "another catalog" : "the catalog " + fence)
                            + ", and the one of lake.catalog.uri does not know lake."
                            + folder.getParent().getName()
                            + ": set lake.catalog.uri to that catalog, or restore its database",
                    null);
        }
    }

    private static Moved move(FileSystem files, String warehouse, String name, Lake lake, LakeSettings to)
            throws IOException {
        Namespace database = Namespace.of(LakeTable.DATABASE);
        TableIdentifier table = TableIdentifier.of(database, name);
        if (lake.catalog() instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(database)) {
            namespaces.createNamespace(database);
        }
        Version newest = fence(files, metadata(warehouse, name), to);
        if (lake.catalog().tableExists(table)) {
            return new Moved("lake." + name, null);
        }
        requireUnmoved(files, metadata(warehouse, name), newest, address(to));
        Table registered = lake.catalog().registerTable(table, newest.file().toString());
        UpdateProperties properties = registered.updateProperties();
        lake.tableProperties().forEach(properties::set);
        properties.commit();
        return new Moved("lake." + name, newest.file().toString());
    }

    /**
     * Takes the name of the next version, as a commit does: from then on the newest version stays the newest.
     *
     * @return the newest version
     */
    private static Version fence(FileSystem files, Path folder, LakeSettings to) throws IOException {
        while (true) {
            Version newest = newest(files, folder);
            if (newest == null) {
                throw new FileNotFoundException(folder + " has no metadata of a table any more");
            }
            if (isFenced(files, folder, newest)) {
                return newest;
            }
            Path next = new Path(folder, "v" + (newest.number() + 1) + newest.end());
            try (var out = files.create(next, false)) {
                out.write((MOVED + CATALOG + address(to) + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (FileAlreadyExistsException e) {
                // A writer was quicker: its version is the newest.
            } catch (IOException e) {
                if (!files.exists(next)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isFenced(FileSystem files, Path folder, Version newest) throws IOException {
        return isFence(files, new Path(folder, "v" + (newest.number() + 1) + newest.end()));
    }

    private static boolean isFence(FileSystem files, Path file) throws IOException {
        return fenceOf(files, file) != null;
    }

    /** The catalog that a fence names, empty where whoever made it was stopped before it had written; null if it is none. */
    private static @Nullable String fenceOf(FileSystem files, Path file) throws IOException {
        try (var in = files.open(file)) {
            String text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).strip();
            if (!text.startsWith(MOVED.strip())) {
                return text.isEmpty() ? "" : null;
            }
            int catalog = text.indexOf(CATALOG);
            return catalog < 0 ? "" : text.substring(catalog + CATALOG.length());
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /** How a catalog is called, without what may be secret. */
    private static String address(LakeSettings to) {
        return to.catalog().getOrDefault("uri", to.type()).replaceFirst("\\?.*", "");
    }

    private static @Nullable Version newest(FileSystem files, Path folder) throws IOException {
        List<Version> versions = new ArrayList<>();
        for (FileStatus file : list(files, folder)) {
            Matcher name = VERSION.matcher(file.getPath().getName());
            if (name.matches()) {
                versions.add(new Version(Integer.parseInt(name.group(1)), name.group(2), file.getPath()));
            }
        }
        versions.sort(Comparator.comparingInt(Version::number).reversed());
        for (Version version : versions) {
            if (!isFence(files, version.file())) {
                return version;
            }
        }
        return null;
    }

    private static FileStatus[] list(FileSystem files, Path folder) throws IOException {
        try {
            return files.listStatus(folder);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    private static Path metadata(String warehouse, String table) {
        return new Path(new Path(new Path(warehouse, LakeTable.DATABASE), table), "metadata");
    }
}
