package io.trawl.intel;

import io.trawl.record.Indicator;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;

/**
 * All indicators of a snapshot, for looking up what a host, an address or a URL matches. Immutable, and safe for use by
 * several threads.
 *
 * <p>The file is an Avro container of {@link Indicator} with their number in its metadata; one that was cut short or
 * changed is refused, never read as fewer indicators.
 */
public final class IndicatorIndex {
    private static final String COUNT = "trawl.count";

    private final Map<String, Indicator[]> domains = new HashMap<>();
    private final Map<String, Indicator[]> addresses = new HashMap<>();
    private final Map<String, Indicator[]> urls = new HashMap<>();
    private final Map<Network, Indicator[]> networks = new HashMap<>();
    private final int[] bits4;
    private final int[] bits6;
    private int size;

    /** An address range: its first address. */
    private record Network(long high, long low, int bits, boolean v6) {
        static Network of(byte[] address, int bits) {
            byte[] masked = Ip.masked(address, bits);
            return masked.length == 4
                    ? new Network(0, number(masked, 0, 4), bits, false)
                    : new Network(number(masked, 0, 8), number(masked, 8, 16), bits, true);
        }

        private static long number(byte[] bytes, int from, int to) {
            long value = 0;
            for (int i = from; i < to; i++) {
                value = value << 8 | bytes[i] & 255;
            }
            return value;
        }
    }

    private IndicatorIndex(Iterator<Indicator> indicators) {
        TreeSet<Integer> lengths4 = new TreeSet<>();
        TreeSet<Integer> lengths6 = new TreeSet<>();
        while (indicators.hasNext()) {
            Indicator indicator = indicators.next();
            String value = indicator.getValue();
            size++;
            switch (indicator.getType()) {
                case "domain" -> add(domains, value, indicator);
                case "ipv4", "ipv6" -> add(addresses, value, indicator);
                case "url" -> add(urls, value, indicator);
                case "cidr" -> {
                    int slash = value.indexOf('/');
                    int bits = Integer.parseInt(value.substring(slash + 1));
                    byte[] address = Ip.require(value.substring(0, slash));
                    (address.length == 4 ? lengths4 : lengths6).add(bits);
                    add(networks, Network.of(address, bits), indicator);
                }
                default -> throw new IllegalArgumentException("no such type of indicator: " + indicator.getType());
            }
        }
        // Longest prefix first.
        bits4 = lengths4.descendingSet().stream().mapToInt(Integer::intValue).toArray();
        bits6 = lengths6.descendingSet().stream().mapToInt(Integer::intValue).toArray();
    }

    private static <K> void add(Map<K, Indicator[]> map, K key, Indicator indicator) {
        map.merge(key, new Indicator[] {indicator}, (old, one) -> {
            Indicator[] more = Arrays.copyOf(old, old.length + 1);
            more[old.length] = one[0];
            return more;
        });
    }

    /** Builds an index in memory. */
    public static IndicatorIndex of(Iterable<Indicator> indicators) {
        return new IndicatorIndex(indicators.iterator());
    }

    /** Writes an index file. The stream is left open. */
    public static void write(List<Indicator> indicators, OutputStream out) throws IOException {
        try (DataFileWriter<Indicator> writer = new DataFileWriter<>(new SpecificDatumWriter<>(Indicator.class))) {
            writer.setCodec(CodecFactory.deflateCodec(1));
            writer.setMeta(COUNT, indicators.size());
            writer.create(Indicator.SCHEMA$, out);
            for (Indicator indicator : indicators) {
                writer.append(indicator);
            }
            writer.flush();
        }
    }

    /**
     * Reads an index file.
     *
     * @throws IOException where it was cut short or changed
     */
    public static IndicatorIndex read(InputStream in) throws IOException {
        try (DataFileStream<Indicator> stream = new DataFileStream<>(in, new SpecificDatumReader<>(Indicator.class))) {
            byte[] count = stream.getMeta(COUNT);
            if (count == null) {
                throw new IOException("it does not say how many indicators it has");
            }
            int expected = Integer.parseInt(new String(count, StandardCharsets.UTF_8));
            List<Indicator> indicators = new ArrayList<>(expected);
            stream.forEach(indicators::add);
            if (indicators.size() != expected) {
                throw new EOFException("it has " + indicators.size() + " of " + expected + " indicators");
            }
            return new IndicatorIndex(indicators.iterator());
        } catch (AvroRuntimeException | NumberFormatException e) {
            throw new IOException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("the index file is damaged or cut short: " + e.getMessage(), e);
        }
    }

    /** How many indicators there are. */
    public int size() {
        return size;
    }

    /** Takes what matches. */
    interface Hits {
        void hit(Indicator indicator, How how);
    }

    /** A canonical domain: indicators that are it or lie above it. */
    void domain(String canonical, Hits hits) {
        if (domains.isEmpty()) {
            return;
        }
        each(domains.get(canonical), How.EXACT, hits);
        for (int dot = canonical.indexOf('.'); dot >= 0; dot = canonical.indexOf('.', dot + 1)) {
            each(domains.get(canonical.substring(dot + 1)), How.SUBDOMAIN, hits);
        }
    }

    /** A canonical address: indicators that are it, and ranges that hold it. */
    void address(String canonical, Hits hits) {
        each(addresses.get(canonical), How.EXACT, hits);
        if (networks.isEmpty()) {
            return;
        }
        byte[] bytes = Ip.require(canonical);
        for (int bits : bytes.length == 4 ? bits4 : bits6) {
            each(networks.get(Network.of(bytes, bits)), How.CIDR, hits);
        }
    }

    /** A canonical URL with a scheme: indicators that are it, and those that are it without a scheme. */
    void url(Canonical.Url url, Hits hits) {
        if (urls.isEmpty()) {
            return;
        }
        each(urls.get(url.withoutScheme()), How.URL, hits);
        if (!url.scheme().isEmpty()) {
            each(urls.get(url.toString()), How.URL, hits);
        }
    }

    private static void each(Indicator @Nullable [] indicators, How how, Hits hits) {
        if (indicators != null) {
            for (Indicator indicator : indicators) {
                hits.hit(indicator, how);
            }
        }
    }
}
