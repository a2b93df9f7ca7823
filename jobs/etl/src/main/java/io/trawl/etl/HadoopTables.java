package io.trawl.etl;

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

    private HadoopTables() {}

    /** A metadata file of a table. */
    private record Version(int number, String end, Path file) {}

    /**
     * A table that was moved, or had been before.
     *
     * @param name as lake.raw_lines
     * @param metadata the metadata file that the other catalog was told of; null where it knew the table already
     */
    public record Moved(String name, @Nullable String metadata) {}

    /** Refuses a new table where a Hadoop catalog has one: it would look as if all rows were gone. */
    static void requireNone(String warehouse, TableIdentifier table, Configuration hadoop) {
        Path folder = metadata(warehouse, table.name());
        try {
            if (newest(folder.getFileSystem(hadoop), folder) == null) {
                return;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new JobFailure(
                "lake.warehouse = " + warehouse
                        + " has a lake whose catalog is of type hadoop, and lake.type names another: move it with 'trawl migrate-lake' (docs/lake.md), or set lake.type = hadoop",
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
                    "setting lake.type = hadoop: name the catalog that the lake is to have, as lake.type = jdbc");
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
                out.write(
                        (MOVED + "the catalog of this table is " + to.catalog().getOrDefault("uri", to.type()) + "\n")
                                .getBytes(StandardCharsets.UTF_8));
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
        try (var in = files.open(file)) {
            return new String(in.readNBytes(MOVED.length()), StandardCharsets.UTF_8).equals(MOVED);
        } catch (FileNotFoundException e) {
            return false;
        }
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
