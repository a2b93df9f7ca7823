package io.trawl.traffic;

/** The log format that the lines are written in. */
public enum Format {
    /** Squid's native access.log. */
    SQUID("squid"),
    /** Apache/NCSA combined, with the whole URL in the request as a forward proxy has it. */
    COMBINED("combined"),
    /** Squid's {@code logformat combined}: the same, and Squid's result and hierarchy after it. */
    SQUID_COMBINED("squid-combined");

    private final String id;

    Format(String id) {
        this.id = id;
    }

    /** @throws IllegalArgumentException if there is no such format */
    public static Format of(String name) {
        for (Format format : values()) {
            if (format.id.equals(name)) {
                return format;
            }
        }
        throw new IllegalArgumentException(
                "format is '" + name + "'; expected squid, combined or squid-combined, for example --format squid");
    }

    /** As trawl.conf has it. */
    @Override
    public String toString() {
        return id;
    }
}
