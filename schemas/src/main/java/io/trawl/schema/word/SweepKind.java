package io.trawl.schema.word;

/** Which path made a detection: field {@code sweep} of the record, and how its cells in HBase begin. */
public enum SweepKind {
    /** The jobs of a window. */
    BATCH("batch"),
    /** The hot job. */
    HOT("hot"),
    /** New indicators against old windows. */
    RETRO("retro");

    private final String text;

    SweepKind(String text) {
        this.text = text;
    }

    /** As records and cells have it. */
    public String text() {
        return text;
    }

    /** As records and cells have it. */
    @Override
    public String toString() {
        return text;
    }
}
