package io.trawl.cli.files;

import java.util.ArrayList;
import java.util.List;

/** What came of some lines: JSON, or rows of a table. */
final class Output {
    private final Json json = new Json();
    private final List<String[]> rows = new ArrayList<>();

    Json json() {
        return json;
    }

    void row(String... cells) {
        rows.add(cells);
    }

    List<String[]> rows() {
        return rows;
    }

    void clear() {
        json.clear();
        rows.clear();
    }
}
