package io.trawl.parsing.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.internal.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of JSON with a list of records in it, {@code {"records": [{...}, {...}]}}, as Azure Monitor's export to an Event
 * Hub writes it. A record is an object, or a text that is a line.
 *
 * <p>A message is cut as a whole or not at all: what is no whole value of JSON, or has something after it, is one line,
 * which the format then refuses. Immutable; never throws.
 */
public final class RecordList {
    /** The path of a message that is the list itself. */
    public static final String WHOLE = "[]";

    /** Records of a message: more than any writer sends, and fewer than would make a table of one message. */
    static final int MOST = 10_000;

    private static final JsonFactory FACTORY = new JsonFactory();

    private final String[] path;
    /** The last key of the path in quotes: a message without it has no records. */
    private final byte[] key;

    /**
     * @param path keys to the list with dots between them, or {@link #WHOLE}
     * @throws IllegalArgumentException a key is empty
     */
    public RecordList(String path) {
        this.path = path.equals(WHOLE) ? new String[0] : path.split("\\.", -1);
        if (Arrays.stream(this.path).anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(
                    "'" + path + "' is not a path; expected, for example, records, data.events or " + WHOLE);
        }
        this.key = this.path.length == 0
                ? new byte[0]
                : ('"' + this.path[this.path.length - 1] + '"').getBytes(StandardCharsets.UTF_8);
    }

    /** The records of a message; null if it is not a message of records, but a line. */
    public @Nullable Records of(byte[] message) {
        Records found = mayHave(message) ? cut(message) : null;
        if (found == null) {
            return null;
        }
        for (byte[] record : found.lines()) {
            // Cut or not cut: a record must be the same line if it is ever parsed alone.
            if (mayHave(record) && cut(record) != null) {
                return Records.none(
                        Reason.SYNTAX, "a record of the message is a message of records; expected an event in each");
            }
        }
        return found;
    }

    /** Told by its first byte, and by whether the key is anywhere in it. */
    private boolean mayHave(byte[] b) {
        int from = 0;
        while (from < b.length && b[from] <= ' ' && b[from] >= 0) {
            from++;
        }
        if (from == b.length || b[from] != (path.length == 0 ? '[' : '{')) {
            return false;
        }
        return Bytes.indexOf(b, from, b.length, key) >= 0;
    }

    private @Nullable Records cut(byte[] message) {
        try {
            return read(message);
        } catch (IOException e) {
            // A byte that is not UTF-8 stops the library: it becomes its escape, as in every grammar.
            byte[] mended = Text.decode(message, 0, message.length).getBytes(StandardCharsets.UTF_8);
            if (mended.length == message.length) {
                return null;
            }
            try {
                return read(mended);
            } catch (IOException again) {
                return null;
            }
        }
    }

    private @Nullable Records read(byte[] b) throws IOException {
        try (JsonParser in = FACTORY.createParser(b)) {
            JsonToken token = in.nextToken();
            for (String step : path) {
                token = token == JsonToken.START_OBJECT ? find(in, step) : null;
            }
            if (token != JsonToken.START_ARRAY) {
                return null;
            }
            List<byte[]> lines = new ArrayList<>();
            boolean surplus = false;
            while ((token = in.nextToken()) != JsonToken.END_ARRAY) {
                if (token == null) {
                    return null;
                }
                if (lines.size() == MOST) {
                    surplus = true;
                    in.skipChildren();
                } else {
                    lines.add(record(in, token, b));
                }
            }
            if (!isLast(in)) {
                return null;
            }
            if (surplus) {
                return Records.none(
                        Reason.SYNTAX, "the message has more than " + MOST + " records; expected at most so many");
            }
            return lines.isEmpty()
                    ? Records.none(Reason.EMPTY, "the message has no records")
                    : new Records(lines, null);
        }
    }

    /** Goes to the value of a key in the object that has begun; null if it has no such key. */
    private static @Nullable JsonToken find(JsonParser in, String name) throws IOException {
        String key;
        while ((key = in.nextFieldName()) != null) {
            JsonToken token = in.nextToken();
            if (key.equals(name)) {
                return token;
            }
            in.skipChildren();
        }
        return null;
    }

    private static byte[] record(JsonParser in, JsonToken token, byte[] b) throws IOException {
        if (token.isScalarValue()) {
            return in.getText().getBytes(StandardCharsets.UTF_8);
        }
        long from = in.currentTokenLocation().getByteOffset();
        in.skipChildren();
        long to = in.currentLocation().getByteOffset();
        if (from < 0 || to < from || to > b.length) {
            // Some encoding other than UTF-8: nobody knows where the record is.
            throw new IOException("no place");
        }
        return Arrays.copyOfRange(b, (int) from, (int) to);
    }

    /** Reads the rest; whether the value that has the list is the only one. */
    private static boolean isLast(JsonParser in) throws IOException {
        boolean ended = in.getParsingContext().inRoot();
        while (in.nextToken() != null) {
            if (ended) {
                return false;
            }
            ended = in.getParsingContext().inRoot();
        }
        return ended;
    }
}
