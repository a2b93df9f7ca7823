package io.trawl.schema;

/** The version of the schemas that this code writes. */
public final class SchemaVersion {
    /** The newest of schemas/released; {@code schema_version} of an invalid record. */
    public static final int NEWEST = 2;

    private SchemaVersion() {}

    /** How the ledger names what events are written with. */
    public static String ofEvents() {
        return "ProxyEvent/" + NEWEST;
    }
}
