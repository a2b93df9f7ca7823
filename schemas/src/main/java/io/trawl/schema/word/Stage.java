package io.trawl.schema.word;

/**
 * A stage of a window, which is the job that does it. Not an enum: a job of your own is a stage, too.
 *
 * @param name the job's name, and the stage in lake.ledger
 */
public record Stage(String name) {
    public static final Stage INGEST = new Stage("ingest");
    public static final Stage VALIDATE = new Stage("validate");
    public static final Stage ENRICH = new Stage("enrich");
    public static final Stage LOAD = new Stage("load");
    public static final Stage AUDIT = new Stage("audit");

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
