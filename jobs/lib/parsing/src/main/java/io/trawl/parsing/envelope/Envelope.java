package io.trawl.parsing.envelope;

/** Something that a line may be wrapped in. Immutable; never throws. */
public interface Envelope {
    /** Takes the envelope off where it is there; leaves the frame as it is where it is not. */
    void open(Frame frame);
}
