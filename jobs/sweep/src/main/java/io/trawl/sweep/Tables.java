package io.trawl.sweep;

import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * The lake's tables as views of DuckDB, each over exactly the files that its newest snapshot has: those that a sweep has
 * replaced lie in the folder, too. So DuckDB needs no extension.
 */
final class Tables {
    private static final List<LakeTable<?>> ALL = List.of(
            LakeTable.RAW_LINES,
            LakeTable.PROXY_EVENTS,
            LakeTable.INVALID_RECORDS,
            LakeTable.DETECTIONS,
            LakeTable.OBSERVABLES,
            LakeTable.INDICATORS,
            LakeTable.LEDGER);

    private Tables() {}

    static void write(Lake lake, Path file) throws IOException {
        StringBuilder sql = new StringBuilder("-- Written by trawl sweep: the tables of this lake as they are now.\n");
        for (LakeTable<?> table : ALL) {
            sql.append("CREATE OR REPLACE VIEW ")
                    .append(table.name())
                    .append(" AS ")
                    .append(select(lake.table(table)))
                    .append(";\n");
        }
        LakeFolder.replace(file, sql.toString());
    }

    private static String select(Table table) throws IOException {
        List<String> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task ->
                    files.add(quoted(new org.apache.hadoop.fs.Path(task.file().location())
                            .toUri()
                            .getPath())));
        }
        if (!files.isEmpty()) {
            return "SELECT * FROM read_parquet([" + String.join(", ", files)
                    + "], union_by_name = true, hive_partitioning = false)";
        }
        return table.schema().columns().stream()
                        .map(column -> "NULL::" + type(column.type()) + " AS \"" + column.name() + "\"")
                        .collect(Collectors.joining(", ", "SELECT ", ""))
                + " WHERE false";
    }

    private static String type(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case TIMESTAMP -> ((Types.TimestampType) type).shouldAdjustToUTC() ? "TIMESTAMPTZ" : "TIMESTAMP";
            case BINARY, FIXED -> "BLOB";
            case LIST -> type(type.asListType().elementType()) + "[]";
            case MAP ->
                "MAP(" + type(type.asMapType().keyType()) + ", "
                        + type(type.asMapType().valueType()) + ")";
            case STRUCT ->
                type.asStructType().fields().stream()
                        .map(field -> '"' + field.name() + "\" " + type(field.type()))
                        .collect(Collectors.joining(", ", "STRUCT(", ")"));
            default -> "VARCHAR";
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** A line for a shell that asks the tables. */
    static String command(Path tables) {
        String question =
                "SELECT indicator_value, client, count(*) AS detections FROM detections GROUP BY ALL ORDER BY 3 DESC";
        String python = System.getProperty("trawl.python", "");
        return python.isEmpty()
                ? "duckdb -init " + shell(tables.toString()) + " -c " + shell(question)
                : shell(python) + " -c "
                        + shell(
                                "import duckdb, sys; duckdb.execute(open(sys.argv[1]).read()); duckdb.sql(sys.argv[2]).show()")
                        + " " + shell(tables.toString()) + " " + shell(question);
    }

    private static String shell(String word) {
        return word.matches("[A-Za-z0-9_./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
