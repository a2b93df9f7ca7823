package io.trawl.parity;

/** Who has a detection. */
public enum Kind {
    ONLY_HOT("only_hot", "hot_only"),
    ONLY_BATCH("only_batch", "hot_batch_only"),
    /** Both, but not with the same fields. */
    DIFFERENT("different", "hot_different");

    final String field;
    final String count;

    Kind(String field, String count) {
        this.field = field;
        this.count = count;
    }

    /** As people read it. */
    public String text() {
        return field.replace('_', ' ');
    }
}
