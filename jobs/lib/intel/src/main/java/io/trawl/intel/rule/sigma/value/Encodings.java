package io.trawl.intel.rule.sigma.value;

import io.trawl.intel.rule.sigma.value.Value.Expansion;
import io.trawl.intel.rule.sigma.value.Value.Str;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Modifiers that write a text in another way: Base64, UTF-16 and the dashes of Windows. */
final class Encodings {
    /** U+2013 to U+2015: en dash, em dash, horizontal bar. */
    private static final String DASHES = "-/\u2013\u2014\u2015";
    /** As pySigma has it: more would be more than 125 texts. */
    private static final int MOST_DASHES = 3;

    private Encodings() {}

    static Str base64(Str text) {
        return plain(text, Base64.getEncoder().encodeToString(bytes(text)));
    }

    /** What Base64 has of a text wherever it starts in a longer one: the characters that depend on nothing around it. */
    static Expansion base64offset(Str text) {
        byte[] bytes = bytes(text);
        List<Value> values = new ArrayList<>();
        for (int offset = 0; offset < 3; offset++) {
            byte[] shifted = new byte[offset + bytes.length];
            System.arraycopy(bytes, 0, shifted, offset, bytes.length);
            String encoded = Base64.getEncoder().encodeToString(shifted);
            int from = offset == 0 ? 0 : offset + 1;
            int cut = shifted.length % 3 == 0 ? 0 : 4 - shifted.length % 3;
            values.add(plain(text, encoded.substring(Math.min(from, encoded.length() - cut), encoded.length() - cut)));
        }
        return new Expansion(values);
    }

    private static Str plain(Str text, String encoded) {
        return new Str(text.written(), List.of(new Piece.Plain(encoded)), text.cased());
    }

    private static byte[] bytes(Str text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Piece piece : text.pieces()) {
            if (piece instanceof Piece.Plain plain) {
                bytes.writeBytes(plain.text().getBytes(StandardCharsets.UTF_8));
            } else if (piece instanceof Piece.Encoded encoded) {
                bytes.writeBytes(encoded.bytes());
            } else if (piece instanceof Piece.Mark) {
                bytes.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe});
            } else {
                throw new IllegalArgumentException("a text with wildcards cannot be written in Base64");
            }
        }
        return bytes.toByteArray();
    }

    static Str utf16(Str text, Charset charset, boolean mark) {
        List<Piece> pieces = new ArrayList<>();
        if (mark) {
            pieces.add(new Piece.Mark());
        }
        for (Piece piece : text.pieces()) {
            if (piece instanceof Piece.Plain plain) {
                pieces.add(new Piece.Encoded(plain.text().getBytes(charset)));
            } else if (piece instanceof Piece.Encoded || piece instanceof Piece.Mark) {
                throw new IllegalArgumentException("a text in UTF-16 cannot be written in UTF-16 again");
            } else {
                pieces.add(piece);
            }
        }
        return new Str(text.written(), pieces, text.cased());
    }

    /** Each dash that begins a word, and is at the start or after what is no word, in each of its five forms. */
    static Expansion windash(Str text) {
        List<List<Piece>> all = new ArrayList<>();
        all.add(List.of());
        int dashes = 0;
        for (Piece piece : text.pieces()) {
            if (!(piece instanceof Piece.Plain plain)) {
                all.replaceAll(pieces -> with(pieces, piece));
                continue;
            }
            String characters = plain.text();
            int from = 0;
            for (int i = 0; i < characters.length(); i++) {
                if (DASHES.indexOf(characters.charAt(i)) < 0
                        || isWord(characters, i - 1)
                        || !isWord(characters, i + 1)) {
                    continue;
                }
                if (++dashes > MOST_DASHES) {
                    throw new IllegalArgumentException("the modifier windash takes at most " + MOST_DASHES
                            + " dashes in one value; write several values");
                }
                Piece before = new Piece.Plain(characters.substring(from, i));
                List<List<Piece>> next = new ArrayList<>();
                for (List<Piece> pieces : all) {
                    for (int d = 0; d < DASHES.length(); d++) {
                        next.add(with(with(pieces, before), new Piece.Plain(DASHES.substring(d, d + 1))));
                    }
                }
                all = next;
                from = i + 1;
            }
            Piece rest = new Piece.Plain(characters.substring(from));
            all.replaceAll(pieces -> with(pieces, rest));
        }
        return new Expansion(all.stream()
                .map(pieces -> (Value) new Str(text.written(), pieces, text.cased()))
                .toList());
    }

    private static List<Piece> with(List<Piece> pieces, Piece piece) {
        List<Piece> more = new ArrayList<>(pieces);
        more.add(piece);
        return more;
    }

    private static boolean isWord(String text, int at) {
        if (at < 0 || at >= text.length()) {
            return false;
        }
        int c = Character.isLowSurrogate(text.charAt(at)) ? text.codePointBefore(at + 1) : text.codePointAt(at);
        return c == '_' || Character.isLetterOrDigit(c);
    }
}
