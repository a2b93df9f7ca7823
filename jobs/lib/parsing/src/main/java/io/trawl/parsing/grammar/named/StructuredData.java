package io.trawl.parsing.grammar.named;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import java.util.List;

/** The structured data of RFC 5424, wherever it begins: {@code [id@32473 key="value"][...]}. */
public final class StructuredData implements Grammar {
    private final Keys keys;
    private final int size;

    private StructuredData(List<String> names) {
        this.keys = new Keys(names);
        this.size = names.size();
    }

    /** @param required keys without which a line is not of the format */
    public static Plan plan(List<String> required) {
        return new NamedPlan(required, StructuredData::new);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        out.bytes = b;
        int pairs = 0;
        int i = from;
        while (i < to && b[i] != '[') {
            i++;
        }
        while (i < to && b[i] == '[') {
            while (i < to && b[i] != ' ' && b[i] != ']') {
                i++;
            }
            while (i < to && b[i] != ']') {
                while (i < to && b[i] == ' ') {
                    i++;
                }
                int key = i;
                while (i < to && b[i] != '=' && b[i] != ']') {
                    i++;
                }
                if (i + 1 >= to || b[i] != '=' || b[i + 1] != '"') {
                    break;
                }
                int keyEnd = i;
                int value = i + 2;
                i = value;
                while (i < to && b[i] != '"') {
                    i += b[i] == '\\' ? 2 : 1;
                }
                if (i >= to) {
                    break;
                }
                pairs++;
                int number = keys.find(b, key, keyEnd);
                if (number >= 0 && !out.has(number)) {
                    out.set(number, value, i, Escape.BACKSLASH);
                }
                i++;
            }
            i++;
        }
        return pairs > 0;
    }

    @Override
    public Failure failure(byte[] bytes, int from, int to, Columns out) {
        return new Failure(
                Reason.SYNTAX,
                null,
                "no structured data in the line; expected [id key=\"value\"], for example [a@32473 src=\"192.0.2.1\"]");
    }
}
