package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Submission;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.iceberg.CatalogUtil;
import org.jspecify.annotations.Nullable;

/**
 * Which catalog the lake has, and where.
 *
 * @param type jdbc, hadoop, rest or another one that Iceberg knows
 * @param warehouse where the tables are, a URI
 * @param catalog the catalog's properties, as Iceberg and Spark's catalog take them; no password is among them
 */
public record LakeSettings(String type, String warehouse, Map<String, String> catalog) {
    private static final String JDBC = "jdbc";
    private static final String HADOOP = "hadoop";
    private static final String REST = "rest";
    /** Always by name of the class: where a session has the settings of two lakes after each other, the later ones win. */
    private static final Map<String, String> CLASSES = Map.of(
            JDBC,
            JdbcLake.class.getName(),
            HADOOP,
            CatalogUtil.ICEBERG_CATALOG_HADOOP,
            REST,
            CatalogUtil.ICEBERG_CATALOG_REST,
            "hive",
            CatalogUtil.ICEBERG_CATALOG_HIVE);

    /** @throws IllegalArgumentException a setting is missing, or in the wrong place */
    public static LakeSettings of(Settings settings) {
        String type = settings.text("lake.type").toLowerCase(Locale.ROOT);
        String warehouse = settings.text("lake.warehouse");
        Map<String, String> catalog = new HashMap<>(settings.under("lake.catalog."));
        catalog.values().removeIf(String::isEmpty);
        for (String key : catalog.keySet()) {
            if (key.toLowerCase(Locale.ROOT).endsWith("password")) {
                throw new IllegalArgumentException(
                        "setting lake.catalog." + key
                                + ": a password in settings appears in arguments and on Spark's pages; put it alone into a file and name the file, for example lake.password.file = /etc/trawl/lake.password");
            }
        }
        catalog.put("warehouse", warehouse);
        // A reader in this process must see what another process just committed.
        catalog.put("cache-enabled", "false");
        if (type.equals(JDBC)) {
            String uri = settings.text("lake.catalog.uri", "");
            if (uri.toLowerCase(Locale.ROOT).contains("password=")) {
                throw new IllegalArgumentException(
                        "setting lake.catalog.uri has a password in it, which appears in arguments and on Spark's pages; put it"
                                + " alone into a file and name the file, for example lake.password.file = /etc/trawl/lake.password");
            }
            String database = uri.isEmpty() ? inTheFolder(warehouse) : uri;
            requireOneMachine(database);
            catalog.put("uri", database);
            String password = settings.text("lake.password.file", "");
            if (!password.isEmpty()) {
                catalog.put(JdbcLake.PASSWORD_FILE, password);
            }
        }
        String implementation = CLASSES.get(type);
        if (implementation == null) {
            catalog.put("type", type);
        } else {
            catalog.put("catalog-impl", implementation);
        }
        return new LakeSettings(type, warehouse, Map.copyOf(catalog));
    }

    /** SQLite is a file of one machine: on another the driver would find, or make, another lake. */
    private static void requireOneMachine(String uri) {
        String master = Submission.anyMachineOf();
        if (uri.startsWith(JdbcLake.SQLITE) && master != null) {
            throw new IllegalArgumentException("setting lake.catalog.uri, " + uri
                    + ", is a file of one machine, and in cluster mode the job runs on any worker of " + master
                    + ": expected a database that all of them reach, for example jdbc:postgresql://db.example/lake");
        }
    }

    /** A lake in a folder of this machine has its catalog in the same folder. */
    private static String inTheFolder(String warehouse) {
        @Nullable String scheme = new Path(warehouse).toUri().getScheme();
        if (!"file".equals(scheme)) {
            throw new IllegalArgumentException(
                    "setting lake.catalog.uri is missing: the database that knows the newest state of each table,"
                            + " as jdbc:postgresql://db.example/lake for a cluster or jdbc:sqlite:/var/lib/trawl/catalog.db for one machine"
                            + " (or lake.type = hadoop for a lake that has such a catalog)");
        }
        return JdbcLake.SQLITE + new Path(warehouse, "catalog.db").toUri().getPath();
    }

    /**
     * Refuses a table of another warehouse: a database may have been named that knows another lake.
     *
     * @param location where the catalog says that the table is
     */
    void requireOurs(LakeTable<?> table, String location) {
        String here = path(warehouse);
        if (type.equals(JDBC) && !path(location).startsWith(here.endsWith("/") ? here : here + "/")) {
            throw new JobFailure(
                    "the catalog " + catalog.getOrDefault("uri", "").replaceFirst("\\?.*", "") + " has " + table
                            + " at " + location
                            + ", which is not in lake.warehouse = " + warehouse
                            + ": expected a catalog of its own for each lake (setting lake.catalog.uri)",
                    null);
        }
    }

    /** Servers may have several names. */
    private static String path(String uri) {
        return new Path(uri).toUri().getPath();
    }

    boolean isHadoop() {
        return type.equals(HADOOP);
    }
}
