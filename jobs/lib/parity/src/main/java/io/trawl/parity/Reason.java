package io.trawl.parity;

/** Why a detection is not the same on both sides. */
public enum Reason {
    /** The two matched its line with different snapshots of indicators. */
    OTHER_INDICATORS("other indicators"),
    /** The hot path has it in this window, but by its offset the line is of another one. */
    BORDER("border"),
    /** The hot path has not stored up to its line. */
    NOT_YET("not yet"),
    /** Its line was there when the hot path began. */
    BEFORE("before the hot path began"),
    /** Retention deleted its line before one of them read it. */
    DELETED("deleted before it was read"),
    /** The line came more than once, and the two kept another copy. */
    COPY("copy"),
    /** The two parsed its line by different formats: the hot path goes on with those that it began with. */
    OTHER_FORMATS("other formats"),
    /** The line was invalid until a format was mended, and the hot path had read it before. */
    HEALED("healed"),
    /** The hot path, of an older version, found it in url.domain, and the batch sweep in the field of DNS or TLS. */
    OTHER_FIELD("other field"),
    /** Several events met it together, and the two did not have the same events at hand when they judged them. */
    CORRELATION("correlation"),
    /** It hangs on whether the source saw a domain before, which only the batch sweep knows. */
    NEW_DOMAIN("new domain"),
    UNEXPLAINED("unexplained");

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** As people read it. */
    public String text() {
        return text;
    }

    String field() {
        return text.replace(' ', '_');
    }
}
