package io.trawl.intel.rule.sigma.value;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Glob;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sigma's texts: wildcards and their escapes, and what an event's text has to be. */
public final class Texts {
    private Texts() {}

    /**
     * Wildcards and texts of a value. A backslash takes their meaning from {@code *}, {@code ?} and another backslash; before
     * anything else it stands for itself.
     */
    public static List<Piece> pieces(String written) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c == '\\' && i + 1 < written.length() && "*?\\".indexOf(written.charAt(i + 1)) >= 0) {
                plain.append(written.charAt(++i));
            } else if (c == '*' || c == '?') {
                end(plain, pieces);
                pieces.add(c == '*' ? new Piece.Many() : new Piece.One());
            } else {
                plain.append(c);
            }
        }
        end(plain, pieces);
        return pieces;
    }

    static void end(StringBuilder plain, List<Piece> pieces) {
        if (!plain.isEmpty()) {
            pieces.add(new Piece.Plain(plain.toString()));
            plain.setLength(0);
        }
    }

    /** The pieces as a glob. */
    static Glob glob(Value.Str text) {
        Glob.Builder glob = new Glob.Builder();
        for (Piece piece : text.pieces()) {
            if (piece instanceof Piece.Many) {
                glob.many();
            } else if (piece instanceof Piece.One) {
                glob.one();
            } else {
                readable(piece).codePoints().forEach(glob::character);
            }
        }
        return glob.build();
    }

    /** What is asked of a field's value. */
    public static Ask ask(Value.Str text) {
        return ask(glob(text), text.cased());
    }

    /** What is asked of a text in which a keyword has to be found. */
    public static Ask keyword(Value.Str text) {
        Glob.Builder around = new Glob.Builder().many();
        for (Glob.Part part : glob(text).parts()) {
            if (part instanceof Glob.Part.Many) {
                around.many();
            } else if (part instanceof Glob.Part.One) {
                around.one();
            } else if (part instanceof Glob.Part.Literal literal) {
                literal.text().codePoints().forEach(around::character);
            }
        }
        return ask(around.many().build(), text.cased());
    }

    private static Ask ask(Glob glob, boolean cased) {
        List<Glob.Part> parts = glob.parts();
        List<Glob.Part> texts =
                parts.stream().filter(Glob.Part.Literal.class::isInstance).toList();
        boolean start = !parts.isEmpty() && parts.get(0) instanceof Glob.Part.Many;
        boolean end = !parts.isEmpty() && parts.get(parts.size() - 1) instanceof Glob.Part.Many;
        if (parts.size() == 1 && start) {
            return new Ask.Present();
        }
        if (parts.isEmpty()) {
            return new Ask.Text("", Ask.Place.WHOLE, cased);
        }
        if (texts.size() == 1 && parts.size() == 1 + (start ? 1 : 0) + (end ? 1 : 0)) {
            Ask.Place place =
                    start ? end ? Ask.Place.ANYWHERE : Ask.Place.END : end ? Ask.Place.START : Ask.Place.WHOLE;
            return new Ask.Text(((Glob.Part.Literal) texts.get(0)).text(), place, cased);
        }
        return new Ask.Like(glob, cased);
    }

    /** Bytes that no Base64 has followed, as the text that an event would have to have. */
    private static String readable(Piece piece) {
        if (piece instanceof Piece.Plain plain) {
            return plain.text();
        }
        if (piece instanceof Piece.Mark) {
            return "\ufeff";
        }
        if (piece instanceof Piece.Encoded encoded) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(encoded.bytes()))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException(
                        "a text that is not ASCII in UTF-16 is not a text that a log can have; add base64 or base64offset",
                        e);
            }
        }
        throw new IllegalStateException("a wildcard is not a text");
    }
}
