package io.trawl.cli.files.output;

import java.util.ArrayList;
import java.util.List;

/** What came of some lines: JSON, or rows of a table. */
public final class Output {
    private final Json json = new Json();
    private final List<String[]> rows = new ArrayList<>();

    public Json json() {
        return json;
    }

    public void row(String... cells) {
        rows.add(cells);
    }

    public List<String[]> rows() {
        return rows;
    }

    public void clear() {
        json.clear();
        rows.clear();
    }
}
