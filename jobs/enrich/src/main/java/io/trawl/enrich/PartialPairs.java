package io.trawl.enrich;

import io.trawl.columns.read.Block;
import io.trawl.columns.read.Cells;
import io.trawl.columns.read.Texts;
import io.trawl.intel.canonical.Answers;
import io.trawl.intel.canonical.Observables;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * What one task's events say of values and clients, added up: for each of the parts that values are shared out to, by
 * their hash, all of its values in one piece (see {@link #pack}).
 */
final class PartialPairs implements Iterator<Tuple2<Integer, byte[]>> {
    /** Bytes of hosts, user agents and clients that are held, at most: what no pair comes of fills the heap, too. */
    private static final int MOST_BYTES = 16 << 20;

    private static final int NONE = -1;
    private static final int UNKNOWN = -2;

    private final Iterator<Block<ProxyEvent>> blocks;
    private final int parts;
    private final int most;
    private final Queue<Tuple2<Integer, byte[]>> ready = new ArrayDeque<>();

    private KnownPairs known = new KnownPairs();
    private Logged hosts = new Logged(Observables::host);
    private Logged agents = new Logged(Observables::userAgent);
    private int nobody = UNKNOWN;
    /** Values of DNS and TLS that the event at hand has, and how many. */
    private int[] other = new int[16];

    private int others;

    /** @param most pairs that are held before they are passed on */
    PartialPairs(Iterator<Block<ProxyEvent>> blocks, int parts, int most) {
        this.blocks = blocks;
        this.parts = parts;
        this.most = most;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && blocks.hasNext()) {
            add(blocks.next());
            if (!blocks.hasNext()) {
                pass();
            }
        }
        return !ready.isEmpty();
    }

    @Override
    public Tuple2<Integer, byte[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }

    private void add(Block<ProxyEvent> block) {
        Cells domain = block.cells("url_domain");
        Cells peer = block.cells("destination_ip");
        Cells address = block.cells("source_address");
        Cells ip = block.cells("source_ip");
        Cells agent = block.cells("user_agent_original");
        Cells[] names = Stream.of("dns_question_name", "tls_client_server_name")
                .map(block::cells)
                .filter(Cells::mayHaveValues)
                .toArray(Cells[]::new);
        Cells answers = block.cells("dns_answers_data");
        boolean beyondWeb = names.length > 0 || answers.mayHaveValues();
        Cells time = block.cells("timestamp");
        for (int row = 0; row < block.rows(); row++) {
            if (known.pairs.size() >= most || hosts.size() + agents.size() >= most || heldBytes() >= MOST_BYTES) {
                pass();
            }
            int asked = domain.at(row) ? hosts.value(domain) : NONE;
            int contacted = peer.at(row) ? hosts.value(peer) : NONE;
            int sent = agent.at(row) ? agents.value(agent) : NONE;
            others = 0;
            if (beyondWeb) {
                seeBeyondWeb(names, answers, row);
            }
            if (asked == NONE && contacted == NONE && sent == NONE && others == 0) {
                continue;
            }
            // As Engine.client has it.
            int client =
                    ip.at(row) ? ip.number(known.clients) : address.at(row) ? address.number(known.clients) : nobody();
            if (!time.at(row)) {
                throw new IllegalArgumentException("an event without a timestamp");
            }
            long at = time.number();
            if (asked != NONE) {
                known.pairs.add(asked, client, at, at, 1);
            }
            if (contacted != NONE && contacted != asked) {
                known.pairs.add(contacted, client, at, at, 1);
            }
            if (sent != NONE) {
                known.pairs.add(sent, client, at, at, 1);
            }
            for (int i = 0; i < others; i++) {
                boolean again = i > 0 && other[i] == other[i - 1] || other[i] == asked || other[i] == contacted;
                if (!again) {
                    known.pairs.add(other[i], client, at, at, 1);
                }
            }
        }
    }

    /** Reads the values of DNS and TLS of a row, in order: there may be equal ones. */
    private void seeBeyondWeb(Cells[] names, Cells answers, int row) {
        for (Cells name : names) {
            if (name.at(row)) {
                see(hosts.value(name));
            }
        }
        if (answers.at(row)) {
            Answers.hosts((String) answers.value(), answer -> see(hosts.value(answer)));
        }
        Arrays.sort(other, 0, others);
    }

    private void see(int value) {
        if (value != NONE) {
            if (others == other.length) {
                other = Arrays.copyOf(other, 2 * others);
            }
            other[others++] = value;
        }
    }

    private int heldBytes() {
        return hosts.length() + agents.length() + known.values.length() + known.clients.length();
    }

    private int nobody() {
        if (nobody == UNKNOWN) {
            nobody = known.clients.number("");
        }
        return nobody;
    }

    /** Texts as the log has them, and which value each is. */
    private final class Logged {
        private final Function<String, Observables.@Nullable Seen> observed;
        private final Texts texts = new Texts();
        private int[] valueOf = {};

        Logged(Function<String, Observables.@Nullable Seen> observed) {
            this.observed = observed;
        }

        int size() {
            return texts.size();
        }

        int length() {
            return texts.length();
        }

        /** The number of the value that a text is; NONE if it is none. */
        int value(Cells text) {
            return value(text.number(texts));
        }

        /** The same of a text at hand. */
        int value(String text) {
            return value(texts.number(text));
        }

        private int value(int number) {
            if (number >= valueOf.length) {
                int before = valueOf.length;
                valueOf = Arrays.copyOf(valueOf, Math.max(1024, 2 * number));
                Arrays.fill(valueOf, before, valueOf.length, UNKNOWN);
            }
            if (valueOf[number] == UNKNOWN) {
                Observables.Seen seen = observed.apply(texts.text(number));
                valueOf[number] = seen == null ? NONE : known.value(seen.type(), seen.value());
            }
            return valueOf[number];
        }
    }

    /** Packs what there is, and begins anew. */
    private void pass() {
        ready.addAll(packed(known, parts));
        known = new KnownPairs();
        hosts = new Logged(Observables::host);
        agents = new Logged(Observables::userAgent);
        nobody = UNKNOWN;
    }

    /** All that a task knows, in a piece for each part that has something of it. */
    static List<Tuple2<Integer, byte[]>> packed(KnownPairs known, int parts) {
        Pairs.Grouped grouped = known.pairs.byValue(known.values.size());
        int[] partOf = new int[known.values.size()];
        BitSet there = new BitSet(parts);
        for (int value = 0; value < partOf.length; value++) {
            partOf[value] = Math.floorMod(known.values.hash(value), parts);
            there.set(partOf[value]);
        }
        List<Tuple2<Integer, byte[]>> pieces = new ArrayList<>();
        for (int part = there.nextSetBit(0); part >= 0; part = there.nextSetBit(part + 1)) {
            pieces.add(new Tuple2<>(part, pack(known, grouped, part, partOf)));
        }
        return pieces;
    }

    /**
     * The values of a part, in Avro's encoding: how many clients there are, the time that others are told from, so that
     * they are short, and the clients' names; then of each value its type and text, how many pairs it has, and of each pair
     * the client's number, the first time, how long after it the last one was, and the events.
     */
    private static byte[] pack(KnownPairs known, Pairs.Grouped grouped, int part, int[] partOf) {
        try {
            return encoded(known, grouped, part, partOf);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
    }

    private static byte[] encoded(KnownPairs known, Pairs.Grouped grouped, int part, int[] partOf) throws IOException {
        Pairs pairs = known.pairs;
        int[] clients = new int[known.clients.size()];
        ByteArrayOutputStream namesOut = new ByteArrayOutputStream();
        ByteArrayOutputStream valuesOut = new ByteArrayOutputStream();
        BinaryEncoder names = EncoderFactory.get().binaryEncoder(namesOut, null);
        BinaryEncoder values = EncoderFactory.get().binaryEncoder(valuesOut, null);
        int named = 0;
        long since = pairs.size() == 0 ? 0 : pairs.first(0);
        for (int value = 0; value < known.values.size(); value++) {
            if (partOf[value] != part) {
                continue;
            }
            int from = grouped.starts()[value];
            int until = grouped.starts()[value + 1];
            write(known.values, value, values);
            values.writeLong(until - from);
            for (int i = from; i < until; i++) {
                int pair = grouped.order()[i];
                int client = pairs.client(pair);
                if (clients[client] == 0) {
                    clients[client] = ++named;
                    write(known.clients, client, names);
                }
                values.writeLong(clients[client] - 1L);
                values.writeLong(pairs.first(pair) - since);
                values.writeLong(pairs.last(pair) - pairs.first(pair));
                values.writeLong(pairs.events(pair));
            }
        }
        names.flush();
        values.flush();
        ByteArrayOutputStream all = new ByteArrayOutputStream(namesOut.size() + valuesOut.size() + 20);
        BinaryEncoder head = EncoderFactory.get().directBinaryEncoder(all, null);
        head.writeLong(named);
        head.writeLong(since);
        namesOut.writeTo(all);
        valuesOut.writeTo(all);
        return all.toByteArray();
    }

    private static void write(Texts texts, int number, BinaryEncoder to) throws IOException {
        int from = texts.from(number);
        to.writeBytes(texts.bytes(), from, texts.to(number) - from);
    }
}
