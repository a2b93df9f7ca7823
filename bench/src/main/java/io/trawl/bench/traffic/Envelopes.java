package io.trawl.bench.traffic;

import io.trawl.record.FlumeEnvelope;
import io.trawl.traffic.Line;
import io.trawl.traffic.Planted;
import io.trawl.traffic.Traffic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * Messages as the collector writes them, made once and then given again and again with a new place in their file, so that
 * each is a line of its own and making one costs a copy. One line in a thousand is a hit.
 */
public final class Envelopes {
    /** Room for a place in a file; all places have as many digits. */
    private static final String PLACE = "987654321012";

    private static final long FIRST = 100_000_000_000L;

    private final List<byte[]> messages = new ArrayList<>();
    private final List<List<Planted>> planted = new ArrayList<>();
    private final int[] places;
    private final long[] offsets;
    private final String[] proxies;
    private final Map<String, Long> lengths = new HashMap<>();
    private long hits;

    /**
     * Makes them.
     *
     * @param lines how many different ones
     * @param indicators in the feeds that the lines hit
     */
    public Envelopes(int lines, long indicators) throws IOException {
        Traffic traffic =
                Traffic.builder(GeneratedLog.SEED, lines).indicators(indicators).build();
        SpecificDatumWriter<FlumeEnvelope> writer = new SpecificDatumWriter<>(FlumeEnvelope.class);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        FlumeEnvelope envelope = new FlumeEnvelope();
        places = new int[lines];
        offsets = new long[lines];
        proxies = new String[lines];
        for (Line line : traffic) {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("host", line.proxy());
            headers.put("key", line.proxy());
            headers.put("log", "access");
            headers.put("file", "/var/log/squid/access.log");
            headers.put("generation", "1c20000-00000000000000aa");
            headers.put("byteoffset", PLACE);
            envelope.setHeaders(headers);
            envelope.setBody(ByteBuffer.wrap(line.bytes()));
            bytes.reset();
            writer.write(envelope, encoder);
            encoder.flush();
            byte[] message = bytes.toByteArray();
            places[messages.size()] = new String(message, StandardCharsets.ISO_8859_1).indexOf(PLACE);
            offsets[messages.size()] = line.offset();
            proxies[messages.size()] = line.proxy();
            lengths.put(line.proxy(), line.offset() + line.bytes().length + 1);
            messages.add(message);
            planted.add(List.copyOf(line.planted()));
            hits += line.planted().isEmpty() ? 0 : 1;
        }
    }

    /** How many different ones there are. */
    public int size() {
        return messages.size();
    }

    /** How many of these have a hit. */
    public long hits() {
        return hits;
    }

    /** What the message of that number must lead to; its place in its file is {@link #place}. */
    public List<Planted> planted(long number) {
        return planted.get((int) (number % messages.size()));
    }

    /** Byte at which the line of that number starts in its proxy's log: each log goes on where it ended. */
    public long place(long number) {
        int at = (int) (number % messages.size());
        Long length = lengths.get(proxies[at]);
        return FIRST + (length == null ? 0 : number / messages.size() * length) + offsets[at];
    }

    /** The message of that number, from 0 on. */
    public byte[] message(long number) {
        int at = (int) (number % messages.size());
        byte[] message = messages.get(at).clone();
        long place = place(number);
        for (int i = places[at] + PLACE.length() - 1; i >= places[at]; i--) {
            message[i] = (byte) ('0' + place % 10);
            place /= 10;
        }
        return message;
    }
}
