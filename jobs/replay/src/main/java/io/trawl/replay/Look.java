package io.trawl.replay;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;

import io.trawl.base.Buffers;
import io.trawl.flow.Flow;
import io.trawl.flow.Step;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Printable;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;

/**
 * What today's formats would make of invalid lines.
 *
 * @param lines how many there are
 * @param healed how many events they would become; a message of several records becomes several
 * @param reasons how many would stay invalid, or their records, by reason
 * @param changes whether anything would be otherwise: a line is healed, or what is said of it
 * @param examples some of the lines and what would become of them, for a person at a terminal
 */
record Look(long lines, long healed, Map<String, Long> reasons, boolean changes, List<String> examples) {
    /** So many examples there are at most. */
    static final int EXAMPLES = 10;

    /** Characters of an example's line. */
    private static final int WIDTH = 200;

    static Look at(JavaRDD<RecordedLine> lines, Parser parser) {
        Said said = new Said();
        Examples healed = new Examples();
        Rejects rejects = new Rejects();
        Tally tally = Flow.of(lines)
                .into(said)
                .then(parse(parser))
                .then(expect(ProxyEvent.class))
                .then(Step.<ProxyEvent, String>of("healed", Look::show))
                .into(healed)
                .rejectsInto(rejects)
                .run();
        TreeMap<String, Long> reasons = new TreeMap<>();
        tally.counts().forEach((name, count) -> {
            if (name.startsWith("invalid.")) {
                reasons.put(name.substring("invalid.".length()), count);
            }
        });
        List<String> examples = new ArrayList<>(healed.examples);
        examples.addAll(rejects.examples);
        return new Look(
                tally.count("in"),
                tally.count("healed"),
                reasons,
                tally.count("healed") > 0 || rejects.verdicts != said.verdicts,
                List.copyOf(examples.subList(0, Math.min(EXAMPLES, examples.size()))));
    }

    private static void show(ProxyEvent event, Step.Out<? super String> out) {
        RawLine line = out.line();
        out.emit("would be an event: " + (line == null ? event.getEventId() : text(line.getBody())));
    }

    private static String text(ByteBuffer line) {
        byte[] bytes = Buffers.bytes(line);
        return Printable.line(new String(bytes, 0, Math.min(bytes.length, 4 * WIDTH), StandardCharsets.UTF_8), WIDTH);
    }

    /** A number of a record's line and what is said of it; sums of them tell sets of records apart. */
    private static long verdict(InvalidRecord record) {
        String said = record.getPartition() + " " + record.getOffset() + " " + record.getReason() + " "
                + record.getField() + " " + record.getMessage();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(said.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Adds up what the records say of their lines. */
    private static final class Said implements Store<RecordedLine> {
        private static final long serialVersionUID = 1L;
        private long verdicts;

        @Override
        public String name() {
            return "said";
        }

        @Override
        public Writer<RecordedLine> open(int partition, long attempt) {
            return new Writer<>() {
                private long sum;

                @Override
                public void write(RecordedLine line) {
                    sum += verdict(line.record());
                }

                @Override
                public Serializable close() {
                    return sum;
                }

                @Override
                public void abort() {}
            };
        }

        @Override
        public void commit(List<Serializable> receipts) {
            receipts.forEach(sum -> verdicts += (Long) sum);
        }
    }

    /** Keeps some of the texts. */
    private static final class Examples implements Store<String> {
        private static final long serialVersionUID = 1L;
        private final ArrayList<String> examples = new ArrayList<>();

        @Override
        public String name() {
            return "examples";
        }

        @Override
        public Writer<String> open(int partition, long attempt) {
            ArrayList<String> some = new ArrayList<>();
            return new Writer<>() {
                @Override
                public void write(String text) {
                    if (some.size() < EXAMPLES) {
                        some.add(text);
                    }
                }

                @Override
                public Serializable close() {
                    return some;
                }

                @Override
                public void abort() {}
            };
        }

        @Override
        public void commit(List<Serializable> receipts) {
            receipts.forEach(some -> ((List<?>) some).forEach(text -> examples.add((String) text)));
        }
    }

    /** What a task says of the lines that stay invalid. */
    private record Share(long verdicts, ArrayList<String> examples) implements Serializable {}

    /** Adds up what is said of the lines that stay invalid. */
    private static final class Rejects implements Store<InvalidRecord> {
        private static final long serialVersionUID = 1L;
        private final ArrayList<String> examples = new ArrayList<>();
        private long verdicts;

        @Override
        public String name() {
            return "rejects";
        }

        @Override
        public Writer<InvalidRecord> open(int partition, long attempt) {
            ArrayList<String> some = new ArrayList<>();
            return new Writer<>() {
                private long sum;

                @Override
                public void write(InvalidRecord record) {
                    sum += verdict(record);
                    if (some.size() < EXAMPLES) {
                        some.add("stays invalid, " + record.getReason() + ": "
                                + Printable.line(record.getMessage(), WIDTH) + ": " + text(record.getRaw()));
                    }
                }

                @Override
                public Serializable close() {
                    return new Share(sum, some);
                }

                @Override
                public void abort() {}
            };
        }

        @Override
        public void commit(List<Serializable> receipts) {
            for (Serializable receipt : receipts) {
                Share share = (Share) receipt;
                verdicts += share.verdicts();
                examples.addAll(share.examples());
            }
        }
    }
}
