package io.trawl.kafka;

/**
 * The end of a partition's log that a broker has lost: offsets from {@code at} on were given away again, or will be.
 *
 * @param partition the partition
 * @param at first offset whose message is another one now, or none
 * @param known offset up to which messages had been seen
 */
public record LogCut(int partition, long at, long known) {
    /** Says what is lost, without what to do. */
    public String text(String topic) {
        return "topic " + topic + " was cut short: of partition " + partition + " the broker has lost " + (known - at)
                + " messages that it had (offsets " + at + " to " + (known - 1)
                + "), and gives their offsets to new ones";
    }
}
