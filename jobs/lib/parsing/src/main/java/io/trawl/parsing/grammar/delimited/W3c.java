package io.trawl.parsing.grammar.delimited;

import io.trawl.parsing.Failure;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** W3C's extended log file format (https://www.w3.org/TR/WD-logfile.html): columns by the names of {@code #Fields}. */
public final class W3c implements Plan {
    private static final Map<String, Field> MEANINGS = Map.ofEntries(
            Map.entry("c-ip", Field.SOURCE_ADDRESS),
            Map.entry("cs-username", Field.SOURCE_USER_NAME),
            Map.entry("cs-method", Field.HTTP_REQUEST_METHOD),
            Map.entry("cs-uri-scheme", Field.URL_SCHEME),
            Map.entry("cs-host", Field.URL_DOMAIN),
            Map.entry("cs(host)", Field.URL_DOMAIN),
            Map.entry("cs-uri-port", Field.URL_PORT),
            Map.entry("cs-uri-path", Field.URL_PATH),
            Map.entry("cs-uri-stem", Field.URL_PATH),
            Map.entry("cs-uri-query", Field.URL_QUERY),
            Map.entry("cs-uri", Field.URL_ORIGINAL),
            Map.entry("cs-url", Field.URL_ORIGINAL),
            Map.entry("c-uri", Field.URL_ORIGINAL),
            Map.entry("sc-status", Field.HTTP_RESPONSE_STATUS_CODE),
            Map.entry("sc-bytes", Field.HTTP_RESPONSE_BYTES),
            Map.entry("rs(content-type)", Field.HTTP_RESPONSE_MIME_TYPE),
            Map.entry("sc(content-type)", Field.HTTP_RESPONSE_MIME_TYPE),
            Map.entry("cs(user-agent)", Field.USER_AGENT_ORIGINAL),
            Map.entry("cs-user-agent", Field.USER_AGENT_ORIGINAL),
            Map.entry("x-forwarded-for", Field.NETWORK_FORWARDED_IP),
            Map.entry("cs(x-forwarded-for)", Field.NETWORK_FORWARDED_IP),
            Map.entry("cs-userdn", Field.SOURCE_USER_NAME),
            Map.entry("cs(referrer)", Field.HTTP_REQUEST_REFERRER),
            Map.entry("cs-referer", Field.HTTP_REQUEST_REFERRER),
            Map.entry("sc-content-type", Field.HTTP_RESPONSE_MIME_TYPE),
            Map.entry("cs(referer)", Field.HTTP_REQUEST_REFERRER),
            Map.entry("cs-version", Field.HTTP_VERSION),
            Map.entry("cs-protocol-version", Field.HTTP_VERSION),
            Map.entry("s-action", Field.EVENT_ACTION),
            Map.entry("s-hierarchy", Field.PROXY_HIERARCHY),
            Map.entry("r-ip", Field.DESTINATION_ADDRESS),
            Map.entry("s-supplier-ip", Field.DESTINATION_ADDRESS),
            Map.entry("s-port", Field.DESTINATION_PORT),
            Map.entry("time-taken", Field.EVENT_DURATION));

    private final List<String> fields;
    private final Plan delimited;
    private final boolean named;

    private W3c(List<String> fields, Plan delimited, boolean named) {
        this.fields = fields;
        this.delimited = delimited;
        this.named = named;
    }

    /**
     * @param fields the names, as after {@code #Fields:}
     * @param between the character between columns
     * @param least columns a line has at least
     * @param most columns a line has at most
     * @param named whether a line of the file names the columns, so that they need not be told by what is in them
     */
    public static Plan plan(List<String> fields, char between, int least, int most, boolean named) {
        List<String> names =
                fields.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        Delimited.Style style = new Delimited.Style(between, between == ' ', '"', Escape.DOUBLED, false, least, most);
        return new W3c(names, Delimited.plan(style, names), named);
    }

    @Override
    public int column(String name) {
        return delimited.column(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public List<String> names() {
        return fields;
    }

    @Override
    public List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        Set<Field> seen = new HashSet<>();
        if (fields.contains("date") && fields.contains("time")) {
            rules.add(new Rule(
                    Field.TIMESTAMP, List.of("date", "time"), true, null, null, Escape.NONE, 1, null, false, null));
        }
        for (String name : fields) {
            Field field = MEANINGS.get(name);
            if (field != null && seen.add(field)) {
                rules.add(Rule.of(field, name));
            }
        }
        return rules;
    }

    @Override
    public Grammar grammar() {
        int[] addresses = Stream.of("c-ip", "s-ip")
                .mapToInt(delimited::column)
                .filter(number -> number >= 0)
                .toArray();
        int status = delimited.column("sc-status");
        // IIS has no header in the lines themselves, and many layouts of which several have as many columns.
        if (named || !fields.contains("cs-uri-stem") || !fields.contains("s-port")) {
            return new Checked(delimited.grammar(), addresses, status, false, -1, new int[0]);
        }
        int[] numbers = Stream.of("s-port", "sc-substatus", "sc-win32-status", "sc-bytes", "cs-bytes", "time-taken")
                .mapToInt(delimited::column)
                .filter(number -> number >= 0)
                .toArray();
        return new Checked(delimited.grammar(), addresses, status, true, delimited.column("cs-host"), numbers);
    }

    /**
     * A line whose address is not one, or whose status is not a number, has other columns than these: as a line of IIS 6,
     * which has as many of them but the site in the place of the address.
     *
     * @param strict whether the status is there, of three digits
     * @param host number of the column with the host, which is not of digits only; -1 if there is none
     * @param numbers columns that are numbers
     */
    private record Checked(Grammar grammar, int[] addresses, int status, boolean strict, int host, int[] numbers)
            implements Grammar {
        @Override
        public int size() {
            return grammar.size();
        }

        @Override
        public boolean scan(byte[] bytes, int from, int to, Columns out) {
            if (!grammar.scan(bytes, from, to, out)) {
                return false;
            }
            for (int number : addresses) {
                if (!isAddress(bytes, out.from[number], out.to[number])) {
                    out.reached = Delimited.OTHER_COLUMNS;
                    return false;
                }
            }
            boolean fits = strict ? isIis(bytes, out) : status < 0 || !out.has(status) || isNumber(bytes, status, out);
            if (!fits) {
                out.reached = Delimited.OTHER_COLUMNS;
            }
            return fits;
        }

        private boolean isIis(byte[] bytes, Columns out) {
            for (int number : numbers) {
                if (!isDigits(bytes, number, out)) {
                    return false;
                }
            }
            return (status < 0 || isStatus(bytes, status, out)) && (host < 0 || !isDigits(bytes, host, out));
        }

        private static boolean isStatus(byte[] bytes, int column, Columns out) {
            int from = out.from[column];
            return out.to[column] - from == 3 && bytes[from] != '0' && isDigits(bytes, column, out);
        }

        private static boolean isNumber(byte[] bytes, int column, Columns out) {
            return Shape.NUMBER.fits(bytes, out.from[column], out.to[column]);
        }

        private static boolean isDigits(byte[] bytes, int column, Columns out) {
            for (int i = out.from[column]; i < out.to[column]; i++) {
                if (bytes[i] < '0' || bytes[i] > '9') {
                    return false;
                }
            }
            return out.from[column] < out.to[column];
        }

        /** An address, or the name of a host or an address with a part masked: no number, word or path. */
        private static boolean isAddress(byte[] b, int from, int to) {
            boolean sign = to - from < 2;
            for (int i = from; i < to; i++) {
                sign |= b[i] == '.' || b[i] == ':';
                if (b[i] == '/' || b[i] == ' ') {
                    return false;
                }
            }
            return sign;
        }

        @Override
        public Failure failure(byte[] bytes, int from, int to, Columns out) {
            return grammar.failure(bytes, from, to, out);
        }
    }
}
