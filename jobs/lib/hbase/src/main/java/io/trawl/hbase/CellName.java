package io.trawl.hbase;

import io.trawl.base.Window;
import io.trawl.schema.word.SweepKind;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.hadoop.hbase.Cell;

/**
 * What a cell in HBase is named: PATH:START/END:SOURCE, for example
 * {@code batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy}. A cell of a popular observable's clients ends with
 * #NUMBER.
 *
 * @param path batch, hot or retro, or what a later version has
 * @param window start and end: windows of another unit may begin at the same time
 */
public record CellName(String path, Window window, String source) implements Serializable {
    public CellName(SweepKind path, Window window, String source) {
        this(path.text(), window, source);
    }

    /** Whether the cell is one of a path. */
    public boolean isOf(SweepKind kind) {
        return path.equals(kind.text());
    }

    /** The qualifier. */
    public byte[] bytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The qualifier of one of several cells with clients. */
    byte[] bytes(int chunk) {
        return (this + "#" + chunk).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a qualifier without a number. */
    public static CellName parse(String text) {
        int path = text.indexOf(':');
        int start = text.indexOf('/', path + 1);
        int end = text.indexOf("Z:", start + 1) + 1;
        if (path < 0 || start < 0 || end <= start) {
            throw new IllegalArgumentException("'" + text
                    + "' is not the name of a cell; expected PATH:START/END:SOURCE, for example"
                    + " batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy");
        }
        return new CellName(
                text.substring(0, path),
                new Window(
                        Instant.parse(text.substring(path + 1, start)), Instant.parse(text.substring(start + 1, end))),
                text.substring(end + 1));
    }

    public static CellName of(Cell cell) {
        return parse(new String(
                cell.getQualifierArray(),
                cell.getQualifierOffset(),
                cell.getQualifierLength(),
                StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return path + ":" + window + ":" + source;
    }
}
