package io.trawl.parsing.envelope;

/** Something that a line may be wrapped in. Immutable; never throws. */
public interface Envelope {
    /** Takes the envelope off where it is there; leaves the frame as it is where it is not. */
    void open(Frame frame);

    /** Whether a line may begin with it, told by a byte or two: most lines have none, and no frame is made for them. */
    default boolean mayBegin(byte[] bytes, int from, int to) {
        return true;
    }
}
