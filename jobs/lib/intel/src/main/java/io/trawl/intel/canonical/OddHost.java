package io.trawl.intel.canonical;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A host without a canonical form. DNS carries any octet, so it may be asked for all the same, and who owns its parent
 * domain answers.
 *
 * @param text the host in printable ASCII: its octets, percent-escapes undone and letters in lower case; what is not
 *     printable ASCII, {@code %} and what ends a host in a URL is escaped; the suffix in canonical form. It is the same
 *     for every text of the same host
 * @param suffix where in the text the longest suffix of whole labels begins that is a domain in canonical form; the
 *     text's length where there is none
 */
public record OddHost(String text, int suffix) {
    /** No name of DNS has so many bytes; what is before the last of them is cut off. */
    private static final int LONGEST = 3 * Canonical.LONGEST_TEXT;
    /** What ends a host in a URL, besides # and %, which are always escaped. */
    private static final String DELIMITERS = "/\\?:@[]";

    public boolean hasSuffix() {
        return suffix < text.length();
    }

    public static OddHost of(String host) {
        OddHost first = read(host);
        // What UTS 46 refuses for other labels' sake (bidi, an xn-- label that does not decode) is a label in ASCII.
        return first.hasSuffix() && first.suffix() > 0 ? read(first.text()) : first;
    }

    private static OddHost read(String host) {
        String whole = Canonical.withoutLineEnds(host);
        Escapes.Bytes unescaped = Escapes.unescaped(whole, 0, whole.length());
        byte[] bytes = unescaped.array();
        int from = Math.max(0, unescaped.length() - LONGEST);
        int to = folded(bytes, from, unescaped.length());
        List<Label> labels = labels(bytes, from, to);
        int known = knownFrom(labels, bytes);
        String suffix = known == labels.size()
                ? null
                : name(bytes, labels.get(known), labels).canonical();
        StringBuilder text = new StringBuilder(to - from + 16);
        if (suffix == null) {
            Escapes.escape(bytes, from, to, DELIMITERS, text);
            return new OddHost(text.toString(), text.length());
        }
        for (Label label : labels.subList(0, known)) {
            Escapes.escape(bytes, label.from, label.to, DELIMITERS, text);
            text.append('.');
        }
        return new OddHost(text + suffix, text.length());
    }

    /** Makes bytes [from, to) lower case, and each dot of UTS 46 (2.3) a dot; gives where they end then. */
    private static int folded(byte[] bytes, int from, int to) {
        int length = from;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            int three = b >= 0 || to - i < 3 ? 0 : (b & 255) << 16 | (bytes[i + 1] & 255) << 8 | bytes[i + 2] & 255;
            // U+3002, U+FF0E, U+FF61
            boolean dot = three == 0xE38082 || three == 0xEFBC8E || three == 0xEFBDA1;
            i += dot ? 2 : 0;
            bytes[length++] = dot ? (byte) '.' : b >= 'A' && b <= 'Z' ? (byte) (b + 'a' - 'A') : b;
        }
        return length;
    }

    /** Bytes [from, to), without dots. */
    private record Label(int from, int to) {}

    /** The labels that are not empty. */
    private static List<Label> labels(byte[] bytes, int from, int to) {
        List<Label> labels = new ArrayList<>();
        int start = from;
        for (int i = from; i <= to; i++) {
            if (i == to || bytes[i] == '.') {
                if (i > start) {
                    labels.add(new Label(start, i));
                }
                start = i + 1;
            }
        }
        if (from > 0 && labels.size() > 1) {
            // Its beginning was cut off.
            labels.remove(0);
        }
        return labels;
    }

    /** The first label from which on all of them are a domain; what is none is none with labels before it. */
    private static int knownFrom(List<Label> labels, byte[] bytes) {
        int low = 0;
        int high = labels.size();
        while (low < high) {
            int middle = low + high >>> 1;
            Canonical.Result result = name(bytes, labels.get(middle), labels);
            // Of characters that count for nothing comes no label, but there may be one before them.
            if (result.kind() == Canonical.Kind.DOMAIN || result == Canonical.EMPTY) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return high;
    }

    private static Canonical.Result name(byte[] bytes, Label first, List<Label> labels) {
        int to = labels.get(labels.size() - 1).to;
        try {
            return Canonical.name(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, first.from, to - first.from))
                    .toString());
        } catch (CharacterCodingException e) {
            return Canonical.Result.none("not UTF-8");
        }
    }
}
