package io.trawl.lake;

import io.trawl.base.JobFailure;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** Loads the tables of the lake; one that is missing is created, and one of an older version gets its new columns. */
final class LakeTables {
    private static final Map<String, String> PROPERTIES = Map.of(
            "format-version", "2",
            "write.parquet.compression-codec", "zstd",
            // Windows are committed side by side: the default of 4 tries is not enough.
            "commit.retry.num-retries", "30",
            "commit.retry.min-wait-ms", "50",
            "commit.retry.max-wait-ms", "2000");

    /**
     * How many of a table's former metadata files are kept; each commit deletes the one before them. Safe where a catalog
     * holds the newest one's name and compares it in one step with what a writer has read, since names never come twice.
     * The Hadoop catalog counts its files instead: a number that was deleted is free again, and a stalled writer would take it.
     */
    private static final Map<String, String> FORGETTING =
            Map.of("write.metadata.delete-after-commit.enabled", "true", "write.metadata.previous-versions-max", "100");

    private final Catalog catalog;
    private final LakeSettings settings;
    private final Configuration hadoop;

    LakeTables(Catalog catalog, LakeSettings settings, Configuration hadoop) {
        this.catalog = catalog;
        this.settings = settings;
        this.hadoop = hadoop;
    }

    Catalog catalog() {
        return catalog;
    }

    /** Properties of a new table. */
    Map<String, String> tableProperties() {
        Map<String, String> properties = new HashMap<>(PROPERTIES);
        if (!settings.isHadoop()) {
            properties.putAll(FORGETTING);
        }
        return properties;
    }

    /** Loads a table; it is created where it is missing, and gets the optional fields that its records have got since. */
    Table table(LakeTable<?> table) {
        TableIdentifier name = TableIdentifier.of(Namespace.of(LakeTable.DATABASE), table.name());
        try {
            return widened(name, table);
        } catch (NoSuchTableException | NoSuchNamespaceException e) {
            // A REST catalog that is empty says that the namespace is missing.
            return created(name, table);
        }
    }

    private Table created(TableIdentifier name, LakeTable<?> table) {
        if (!settings.isHadoop()) {
            HadoopTables.requireNone(settings.warehouse(), name, hadoop);
        }
        org.apache.iceberg.Schema schema = LakeSchemas.schema(table.schema());
        PartitionSpec spec = LakeSchemas.partitioned(schema, table.partitions());
        if (catalog instanceof SupportsNamespaces namespaces) {
            create(namespaces, name.namespace());
        }
        try {
            return catalog.createTable(name, schema, spec, tableProperties());
        } catch (AlreadyExistsException e) {
            return catalog.loadTable(name);
        }
    }

    private static void create(SupportsNamespaces namespaces, Namespace database) {
        if (namespaces.namespaceExists(database)) {
            return;
        }
        try {
            namespaces.createNamespace(database);
        } catch (RuntimeException e) {
            // Another job may have been first, which catalogs say in several ways.
            if (!namespaces.namespaceExists(database)) {
                throw e;
            }
        }
    }

    private Table widened(TableIdentifier name, LakeTable<?> table) {
        for (int tries = 0; ; tries++) {
            Table loaded = catalog.loadTable(name);
            settings.requireOurs(table, loaded.location());
            UpdateSchema update = LakeSchemas.missing(loaded, table.schema());
            if (update == null) {
                return loaded;
            }
            try {
                update.commit();
            } catch (CommitFailedException e) {
                if (tries == 10) {
                    throw new JobFailure(table + ": too many commits at once, its new columns could not be added", e);
                }
                // Another job may have been first: look again.
            }
        }
    }
}
