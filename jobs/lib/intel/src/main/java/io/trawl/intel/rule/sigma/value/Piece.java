package io.trawl.intel.rule.sigma.value;

/** A piece of a Sigma text. */
public sealed interface Piece {
    /** Characters that stand for themselves. */
    record Plain(String text) implements Piece {}

    /** Bytes of a text in UTF-16. */
    @SuppressWarnings("ArrayRecordComponent") // is never compared
    record Encoded(byte[] bytes) implements Piece {}

    /** The byte order mark before UTF-16. */
    record Mark() implements Piece {}

    /** {@code *}. */
    record Many() implements Piece {}

    /** {@code ?}. */
    record One() implements Piece {}
}
