package io.trawl.intel.rule.correlation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link Correlator}'s state in bytes. */
final class State {
    private static final int VERSION = 1;

    private State() {}

    static byte[] write(Correlator correlator) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            time(correlator.judged, out);
            time(correlator.latest, out);
            List<Fired> waiting = new ArrayList<>();
            correlator.waiting.values().forEach(waiting::addAll);
            out.writeInt(waiting.size());
            for (Fired fired : waiting) {
                fired(fired, out);
            }
            out.writeInt(correlator.correlations.nodes.size());
            for (Node node : correlator.correlations.nodes) {
                text(node.correlation.id(), out);
                text(node.fingerprint(), out);
                Map<List<String>, Search> searches = correlator.searches.get(node.index);
                out.writeInt(searches.size());
                for (Map.Entry<List<String>, Search> entry : searches.entrySet()) {
                    texts(entry.getKey(), out);
                    search(entry.getValue(), out);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void read(byte[] state, Correlator correlator) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(state))) {
            int version = in.readInt();
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "the state of correlations has version " + version + "; expected " + VERSION);
            }
            correlator.judged = time(in);
            correlator.latest = time(in);
            for (int i = in.readInt(); i > 0; i--) {
                Fired fired = fired(in);
                correlator
                        .waiting
                        .computeIfAbsent(fired, key -> new ArrayList<>())
                        .add(fired);
            }
            Map<String, Node> nodes = new HashMap<>();
            correlator.correlations.nodes.forEach(node -> nodes.put(node.correlation.id(), node));
            for (int i = in.readInt(); i > 0; i--) {
                String id = text(in);
                String fingerprint = text(in);
                Node node = nodes.get(id);
                boolean isSame = node != null && node.fingerprint().equals(fingerprint);
                if (node != null && !isSame) {
                    correlator.note("correlation " + node.correlation.name()
                            + " has changed: it begins anew, without the events of before");
                }
                for (int j = in.readInt(); j > 0; j--) {
                    List<String> key = texts(in);
                    Search search = search(node, correlator, in);
                    if (isSame && search != null) {
                        correlator.put(search, key);
                        correlator.looked(search, key);
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the state of correlations is damaged: " + e.getMessage(), e);
        }
    }

    private static void search(Search search, DataOutputStream out) throws IOException {
        texts(search.values, out);
        out.writeLong(search.judged);
        out.writeLong(search.next);
        items(search.items, out);
        Search.Open open = search.open;
        out.writeBoolean(open != null);
        if (open != null) {
            text(open.id, out);
            time(open.held, out);
            time(open.last, out);
            out.writeLong(open.count);
            items(open.items, out);
        }
    }

    private static @Nullable Search search(@Nullable Node node, Correlator correlator, DataInputStream in)
            throws IOException {
        List<String> values = texts(in);
        long judged = in.readLong();
        long next = in.readLong();
        boolean isNumber = node != null && node.isNumber();
        List<Item> items = items(isNumber, in);
        Search.Open open = null;
        if (in.readBoolean()) {
            String id = text(in);
            Instant held = time(in);
            Instant last = time(in);
            long count = in.readLong();
            open = new Search.Open(id, held, last, items(isNumber, in));
            open.count = count;
        }
        if (node == null) {
            return null;
        }
        Search search = new Search(node, values, correlator.mostEvents());
        search.restore(items, open, judged, next);
        return search;
    }

    private static void items(Collection<Item> items, DataOutputStream out) throws IOException {
        out.writeInt(items.size());
        for (Item item : items) {
            text(item.id, out);
            time(item.time, out);
            out.writeLong(item.place);
            long[] rules = item.rules.toLongArray();
            out.writeInt(rules.length);
            for (long word : rules) {
                out.writeLong(word);
            }
            texts(item.measured, out);
            out.writeInt(item.wanted.size());
            for (List<String> values : item.wanted) {
                texts(values, out);
            }
            texts(item.events, out);
        }
    }

    private static List<Item> items(boolean isNumber, DataInputStream in) throws IOException {
        List<Item> items = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            String id = text(in);
            Instant time = time(in);
            long place = in.readLong();
            long[] rules = new long[in.readInt()];
            for (int j = 0; j < rules.length; j++) {
                rules[j] = in.readLong();
            }
            List<String> measured = texts(in);
            List<List<String>> wanted = new ArrayList<>();
            for (int j = in.readInt(); j > 0; j--) {
                wanted.add(texts(in));
            }
            Item item = new Item(id, time, BitSet.valueOf(rules), measured, wanted, texts(in), isNumber);
            item.place = place;
            items.add(item);
        }
        return items;
    }

    private static void fired(Fired fired, DataOutputStream out) throws IOException {
        text(fired.rule(), out);
        text(fired.event(), out);
        time(fired.time(), out);
        out.writeLong(fired.order());
        out.writeInt(fired.values().size());
        for (Map.Entry<String, List<String>> entry : fired.values().entrySet()) {
            text(entry.getKey(), out);
            texts(entry.getValue(), out);
        }
    }

    private static Fired fired(DataInputStream in) throws IOException {
        String rule = text(in);
        String event = text(in);
        Instant time = time(in);
        long order = in.readLong();
        Map<String, List<String>> values = new HashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            String field = text(in);
            values.put(field, texts(in));
        }
        return new Fired(rule, event, time, order, values);
    }

    private static void texts(Collection<String> texts, DataOutputStream out) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            text(text, out);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            texts.add(text(in));
        }
        return texts;
    }

    private static void text(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a text has " + length + " bytes, and there are " + in.available());
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static void time(Instant time, DataOutputStream out) throws IOException {
        out.writeLong(time.getEpochSecond());
        out.writeInt(time.getNano());
    }

    private static Instant time(DataInputStream in) throws IOException {
        long seconds = in.readLong();
        return Instant.ofEpochSecond(seconds, in.readInt());
    }
}
