package io.trawl.lake;

import io.trawl.base.JobFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/**
 * Iceberg's catalog in a database: a row a table, which names its newest metadata file. SQLite is opened so that several
 * processes of a machine write to it, one after the other; a password comes from a file. Iceberg and Spark make it by name.
 */
public final class JdbcLake extends JdbcCatalog {
    /** Property: the file whose first line is the database's password. */
    static final String PASSWORD_FILE = "password-file";

    static final String SQLITE = "jdbc:sqlite:";
    /** How often a catalog is opened until it is said that it cannot be. */
    private static final int OPENINGS = 5;
    /** What PostgreSQL says of a connection that it has ended, since it was stopped or restarted. */
    private static final String ENDED = "57P01,57P02,57P03";

    @Override
    public void initialize(String name, Map<String, String> given) {
        Map<String, String> properties = new HashMap<>(given);
        String uri = properties.getOrDefault("uri", "");
        if (uri.startsWith(SQLITE)) {
            folder(uri.substring(SQLITE.length()));
            // Readers do not wait for a writer, and a writer waits for its turn.
            properties.putIfAbsent("jdbc.journal_mode", "WAL");
            properties.putIfAbsent("jdbc.busy_timeout", "60000");
            // A commit that was reported is on the disk.
            properties.putIfAbsent("jdbc.synchronous", "FULL");
            properties.putIfAbsent("clients", "1");
        } else {
            properties.putIfAbsent("retryable_status_codes", ENDED);
        }
        // The form with a column for views; older ones get it.
        properties.putIfAbsent("jdbc.schema-version", "V1");
        String password = properties.remove(PASSWORD_FILE);
        if (password != null) {
            properties.put("jdbc.password", password(Path.of(password)));
        }
        open(name, properties, uri, OPENINGS);
    }

    private void open(String name, Map<String, String> properties, String uri, int tries) {
        try {
            super.initialize(name, properties);
        } catch (UncheckedSQLException e) {
            // Of several that make a new catalog at once, one does; the others fail in the middle of it, and find it
            // made.
            if (tries > 1) {
                open(name, properties, uri, tries - 1);
                return;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new JobFailure(
                    "the lake's catalog " + uri.replaceFirst("\\?.*", "") + " cannot be opened ("
                            + String.valueOf(cause.getMessage()).replace('\n', ' ')
                            + "): expected a database that this user may write to (settings lake.catalog.*)",
                    e);
        }
    }

    private static void folder(String file) {
        Path folder = Path.of(file.replaceFirst("\\?.*", "")).toAbsolutePath().getParent();
        try {
            if (folder != null) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new JobFailure("the folder of the lake's catalog cannot be made: " + e.getMessage(), e);
        }
    }

    private static String password(Path file) {
        try {
            return Files.readAllLines(file).stream().findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new JobFailure(
                    "lake.password.file = " + file
                            + " cannot be read on this machine: expected a file whose first line is the password of the lake's catalog",
                    e);
        }
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier table) {
        return new ConfirmedCommits(super.newTableOps(table));
    }
}
