package io.trawl.cli.files.format;

import io.trawl.parsing.mapping.Field;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What columns mean, told by their names and their values; only if it is plain. */
final class Meanings {
    /** Share of a column's values that must look alike. */
    private static final double MOST = 0.9;

    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d.*"
            + "|\\d\\d?/[A-Z][a-z]{2}/\\d{4}:\\d\\d:.*"
            + "|[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d.*"
            + "|1\\d{9}(\\.\\d+)?|1\\d{12}|1\\d{15}|1\\d{18}");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern CLOCK = Pattern.compile("\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?");
    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}(:\\d+)?|\\[?[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){2,7}(\\]:\\d+)?");
    private static final Pattern URL = Pattern.compile("[a-z][a-z0-9+.-]*://\\S*");
    private static final Pattern PATH = Pattern.compile("/\\S*");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.[A-Za-z]{2,}(:\\d+)?");
    /** What a proxy was asked for: with CONNECT a host and its port. */
    private static final Pattern TARGET = Pattern.compile(URL + "|" + HOST);

    private static final Pattern METHOD =
            Pattern.compile("GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE|PROPFIND");
    private static final Pattern REQUEST = Pattern.compile("(" + METHOD + ") \\S.*");
    private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");
    /** Statuses that are seen in logs: other numbers of three digits may be anything. */
    private static final Pattern COMMON =
            Pattern.compile("20[0-6]|30[0-8]|4(0[0-9]|1[0-8]|2[2-9]|99)|50[0-4]|101|100|407");

    private static final Pattern AGENT = Pattern.compile(
            "(Mozilla|curl|Wget|python-requests|Go-http-client|okhttp|Java|Apache-HttpClient|Opera|Googlebot)/.*");
    private static final Pattern MEDIA =
            Pattern.compile("(text|image|application|audio|video|font|multipart)/[\\w.+-]+.*");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final Pattern ANY = Pattern.compile(".+", Pattern.DOTALL);

    /**
     * How a field is recognised.
     *
     * @param names names of its columns, small letters and digits only
     * @param values what the values of a column of such a name look like
     * @param telling values that tell it, whatever the name; null if none do
     */
    private record Sign(Field field, Set<String> names, Pattern values, Pattern telling) {}

    /** Matches nothing. */
    private static final Pattern NEVER = Pattern.compile("(?!)");

    private static final List<Sign> SIGNS = List.of(
            new Sign(
                    Field.TIMESTAMP,
                    Set.of(
                            "time",
                            "timestamp",
                            "datetime",
                            "ts",
                            "eventtime",
                            "starttime",
                            "timelocal",
                            "when",
                            "rt",
                            "date"),
                    TIME,
                    TIME),
            new Sign(
                    Field.SOURCE_ADDRESS,
                    Set.of(
                            "src",
                            "srcip",
                            "sourceip",
                            "sourceaddress",
                            "clientip",
                            "client",
                            "clientaddress",
                            "remoteaddr",
                            "remoteip",
                            "cip",
                            "ip",
                            "callerip",
                            "fwd",
                            "userip"),
                    ADDRESS,
                    NEVER),
            new Sign(
                    Field.DESTINATION_ADDRESS,
                    Set.of(
                            "dst",
                            "dstip",
                            "destinationip",
                            "destip",
                            "destinationaddress",
                            "serverip",
                            "rip",
                            "upstreamaddr"),
                    ADDRESS,
                    NEVER),
            new Sign(
                    Field.DESTINATION_PORT,
                    Set.of("dstport", "destport", "destinationport", "dpt", "serverport"),
                    PORT,
                    NEVER),
            new Sign(Field.REQUEST, Set.of("request", "requestline"), REQUEST, REQUEST),
            new Sign(
                    Field.HTTP_REQUEST_METHOD,
                    Set.of("method", "httpmethod", "requestmethod", "verb", "csmethod"),
                    METHOD,
                    METHOD),
            new Sign(
                    Field.HTTP_REQUEST_REFERRER,
                    Set.of("referrer", "referer", "httpreferer", "httpreferrer", "refererurl"),
                    ANY,
                    NEVER),
            new Sign(
                    Field.URL_ORIGINAL,
                    Set.of("url", "uri", "requesturi", "requesturl", "fullurl", "csuri", "target"),
                    Pattern.compile(URL + "|" + PATH + "|" + HOST),
                    TARGET),
            new Sign(Field.URL_PATH, Set.of("path", "uripath", "urlpath", "uristem"), PATH, NEVER),
            new Sign(Field.URL_QUERY, Set.of("query", "querystring", "uriquery", "args"), ANY, NEVER),
            new Sign(
                    Field.URL_DOMAIN,
                    Set.of("host", "hostname", "httphost", "domain", "servername", "vhost", "cshost", "site", "sni"),
                    Pattern.compile(HOST + "|" + ADDRESS),
                    NEVER),
            new Sign(
                    Field.HTTP_RESPONSE_STATUS_CODE,
                    Set.of("status", "statuscode", "httpstatus", "responsecode", "scstatus", "code", "respcode"),
                    STATUS,
                    COMMON),
            new Sign(
                    Field.HTTP_RESPONSE_BYTES,
                    Set.of(
                            "bytes",
                            "bytessent",
                            "bodybytessent",
                            "size",
                            "responsebytes",
                            "scbytes",
                            "respsize",
                            "responsesize"),
                    NUMBER,
                    NEVER),
            new Sign(
                    Field.USER_AGENT_ORIGINAL,
                    Set.of("useragent", "agent", "ua", "httpuseragent", "csuseragent"),
                    ANY,
                    AGENT),
            new Sign(
                    Field.HTTP_RESPONSE_MIME_TYPE,
                    Set.of("mime", "mimetype", "contenttype", "responsecontenttype"),
                    MEDIA,
                    MEDIA),
            new Sign(
                    Field.SOURCE_USER_NAME,
                    Set.of("user", "username", "usr", "suser", "login", "remoteuser", "csusername"),
                    ANY,
                    NEVER),
            new Sign(Field.EVENT_ACTION, Set.of("action", "act", "eventaction", "verdict", "decision"), ANY, NEVER));

    private Meanings() {}

    /** A column of a sample: its name in the grammar, and values, those that mean nothing left out. */
    record Column(String name, List<String> values) {
        boolean are(Pattern pattern) {
            long like = values.stream()
                    .filter(value -> pattern.matcher(value).matches())
                    .count();
            return !values.isEmpty() && like >= MOST * values.size();
        }

        boolean has(Pattern pattern) {
            return values.stream().anyMatch(value -> pattern.matcher(value).matches());
        }
    }

    /**
     * What columns mean.
     *
     * @return the columns of a field: several for a time in two columns
     */
    static Map<Field, List<String>> of(List<Column> columns) {
        Map<Field, List<String>> meanings = new EnumMap<>(Field.class);
        Set<String> used = new HashSet<>();
        for (Sign sign : SIGNS) {
            columns.stream()
                    .filter(column -> !used.contains(column.name()))
                    .filter(column -> sign.names.contains(plain(column.name())) && column.are(sign.values))
                    .findFirst()
                    .ifPresent(column -> put(meanings, used, sign.field, column));
        }
        for (int i = 0; i + 1 < columns.size() && !meanings.containsKey(Field.TIMESTAMP); i++) {
            if (columns.get(i).are(DATE) && columns.get(i + 1).are(CLOCK)) {
                meanings.put(
                        Field.TIMESTAMP,
                        List.of(columns.get(i).name(), columns.get(i + 1).name()));
                used.add(columns.get(i).name());
                used.add(columns.get(i + 1).name());
            }
        }
        for (Sign sign : SIGNS) {
            if (meanings.containsKey(sign.field) || isTold(sign.field, meanings)) {
                continue;
            }
            columns.stream()
                    .filter(column -> !used.contains(column.name()) && column.are(sign.telling))
                    .filter(column -> sign.telling != TARGET || column.has(URL))
                    .findFirst()
                    .ifPresent(column -> put(meanings, used, sign.field, column));
        }
        // Of two addresses the client's comes first in nearly all logs.
        for (Field field : List.of(Field.SOURCE_ADDRESS, Field.DESTINATION_ADDRESS)) {
            if (!meanings.containsKey(field)) {
                columns.stream()
                        .filter(column -> !used.contains(column.name()) && column.are(ADDRESS))
                        .findFirst()
                        .ifPresent(column -> put(meanings, used, field, column));
            }
        }
        positions(columns, meanings, used);
        // A URL beside the one that was asked for.
        if (!meanings.containsKey(Field.HTTP_REQUEST_REFERRER)
                && (meanings.containsKey(Field.REQUEST) || meanings.containsKey(Field.URL_ORIGINAL))) {
            columns.stream()
                    .filter(column -> !used.contains(column.name()) && column.are(URL))
                    .findFirst()
                    .ifPresent(column -> put(meanings, used, Field.HTTP_REQUEST_REFERRER, column));
        }
        return meanings;
    }

    /** What the neighbours of a column tell. */
    private static void positions(List<Column> columns, Map<Field, List<String>> meanings, Set<String> used) {
        for (int i = 1; i < columns.size(); i++) {
            Column before = columns.get(i - 1);
            Column column = columns.get(i);
            if (used.contains(column.name())) {
                continue;
            }
            if (isFor(Field.HTTP_RESPONSE_STATUS_CODE, before, meanings)
                    && column.are(NUMBER)
                    && !meanings.containsKey(Field.HTTP_RESPONSE_BYTES)) {
                put(meanings, used, Field.HTTP_RESPONSE_BYTES, column);
            } else if (isFor(Field.HTTP_REQUEST_METHOD, before, meanings)
                    && (column.are(PATH) || column.are(HOST))
                    && !isTold(Field.URL_ORIGINAL, meanings)
                    && !meanings.containsKey(Field.URL_ORIGINAL)
                    && !meanings.containsKey(Field.URL_PATH)) {
                put(meanings, used, Field.URL_ORIGINAL, column);
            }
        }
    }

    private static boolean isFor(Field field, Column column, Map<Field, List<String>> meanings) {
        return List.of(column.name()).equals(meanings.get(field));
    }

    /** A request line has method and URL, and a URL has its path. */
    private static boolean isTold(Field field, Map<Field, List<String>> meanings) {
        return meanings.containsKey(Field.REQUEST)
                && (field == Field.HTTP_REQUEST_METHOD || field == Field.URL_ORIGINAL || field == Field.URL_PATH);
    }

    private static void put(Map<Field, List<String>> meanings, Set<String> used, Field field, Column column) {
        meanings.put(field, List.of(column.name()));
        used.add(column.name());
    }

    /** The last part of a path, in small letters and digits only. */
    private static String plain(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
