package io.trawl.parsing.grammar.named;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * ArcSight's Common Event Format, {@code CEF:0|vendor|product|version|signature|name|severity|key=value ...}, wherever in
 * the line it begins; {@code CEF:} itself may be missing. Its header's columns are {@code vendor}, {@code product}, {@code version}, {@code signature},
 * {@code name} and {@code severity}; {@code label(Request URL)} is the custom column whose label is that.
 */
public final class Cef implements Grammar {
    private static final List<String> HEADER = List.of("vendor", "product", "version", "signature", "name", "severity");
    private static final KeyValue.Style EXTENSION = new KeyValue.Style(' ', '=', "", Escape.CEF, true, false);
    private static final List<String> CUSTOM = List.of(
            "cs1",
            "cs2",
            "cs3",
            "cs4",
            "cs5",
            "cs6",
            "cn1",
            "cn2",
            "cn3",
            "c6a1",
            "c6a2",
            "c6a3",
            "c6a4",
            "cfp1",
            "cfp2",
            "cfp3",
            "cfp4",
            "flexString1",
            "flexString2");

    private final Keys keys;
    private final int size;
    private final int[] header = new int[HEADER.size()];
    private final boolean hasLabels;
    private final int[] labelled;
    private final byte[][] labels;
    /** Where the custom columns begin; each is followed by its label. */
    private final int custom;

    private Cef(List<String> names) {
        for (int i = 0; i < header.length; i++) {
            header[i] = names.indexOf(HEADER.get(i));
        }
        List<String> all = new ArrayList<>(names);
        List<Integer> numbers = new ArrayList<>();
        List<byte[]> texts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name.startsWith("label(") && name.endsWith(")")) {
                numbers.add(i);
                texts.add(name.substring("label(".length(), name.length() - 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        labelled = numbers.stream().mapToInt(Integer::intValue).toArray();
        labels = texts.toArray(byte[][]::new);
        hasLabels = labelled.length > 0;
        custom = names.size();
        if (hasLabels) {
            // A custom column that is also asked for by its own name is found by that.
            for (String name : CUSTOM) {
                all.add(names.contains(name) ? "\0" + name : name);
                all.add(name + "Label");
            }
        }
        keys = new Keys(all);
        size = all.size();
    }

    /** @param required keys without which a line is not of the format */
    public static Plan plan(List<String> required) {
        return new NamedPlan(required, Cef::new);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        out.bytes = b;
        int i = start(b, from, to);
        for (int column = -1; i >= 0 && column < header.length; column++) {
            int start = i;
            while (i < to && b[i] != '|') {
                i += b[i] == '\\' ? 2 : 1;
            }
            if (i >= to) {
                i = -1;
            } else {
                if (column >= 0 && header[column] >= 0) {
                    out.set(header[column], start, i, Escape.CEF);
                }
                i++;
            }
        }
        if (i < 0) {
            return false;
        }
        KeyValue.pairs(b, i, to, (byte) ' ', EXTENSION, keys, out);
        if (hasLabels) {
            byLabel(out);
        }
        return true;
    }

    @Override
    public Failure failure(byte[] bytes, int from, int to, Columns out) {
        return new Failure(
                Reason.SYNTAX,
                null,
                "no header of CEF in the line; expected CEF:0|vendor|product|version|signature|name|severity|key=value");
    }

    private static int start(byte[] b, int from, int to) {
        for (int i = from; i + 4 < to; i++) {
            if (b[i] == 'C' && b[i + 1] == 'E' && b[i + 2] == 'F' && b[i + 3] == ':') {
                return i + 4;
            }
        }
        // A relay took CEF: for the tag of a syslog message.
        boolean tagless = to - from > 2 && b[from] >= '0' && b[from] <= '9' && b[from + 1] == '|';
        return tagless ? from : -1;
    }

    private void byLabel(Columns out) {
        for (int c = 0; c < CUSTOM.size(); c++) {
            int value = custom + 2 * c;
            int label = value + 1;
            for (int l = 0; l < labels.length; l++) {
                int length = out.to[label] - out.from[label];
                if (out.has(value) && length == labels[l].length && Bytes.isAt(out.bytes, out.from[label], labels[l])) {
                    out.set(labelled[l], out.from[value], out.to[value], Escape.CEF);
                }
            }
        }
    }
}
