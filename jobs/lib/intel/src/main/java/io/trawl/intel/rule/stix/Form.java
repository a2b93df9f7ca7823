package io.trawl.intel.rule.stix;

import io.trawl.intel.canonical.Answers;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.UrlParser;
import io.trawl.intel.rule.Field;
import io.trawl.record.ProxyEvent;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is taken of a field for a property of a STIX object, and how it compares. */
enum Form {
    /** As the log has it. */
    TEXT,
    /** A text; case does not count. */
    WORD,
    /** A host in canonical form, name or address; of a URL its host. */
    HOST,
    NAME,
    ADDRESS,
    IPV4,
    IPV6,
    /** A URL: for equality in canonical form. */
    URL,
    /** Hex digits in lower case. */
    HASH,
    /** A mail address, its domain in canonical form. */
    MAIL,
    NUMBER,
    /** The port that was asked for: where the log has none, that of the scheme. */
    PORT,
    TIME,
    /** Path and query. */
    TARGET,
    /** What follows the last / of a path. */
    FILE_NAME;

    private static final String ANSWERS = "dns.answers.data";
    /** What ends the authority of a URL. */
    private static final String ENDS = "/?#\\";

    /** As the mapping writes it; null if there is none. */
    static @Nullable Form of(String word) {
        for (Form form : values()) {
            if (form.toString().equals(word)) {
                return form;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether its values are hosts in canonical form. */
    boolean isHost() {
        return this == HOST || this == NAME || isAddress();
    }

    /** Whether its values are addresses in canonical form. */
    boolean isAddress() {
        return this == ADDRESS || this == IPV4 || this == IPV6;
    }

    boolean isNumber() {
        return this == NUMBER || this == PORT;
    }

    /** Whether case counts in a comparison. */
    boolean cased() {
        return !(this == WORD || isHost() || this == HASH || this == MAIL);
    }

    /** The field that equality is asked of, whose values are in the form that {@link #canonical} gives. */
    Field values(Field field) {
        return switch (this) {
            case TEXT, WORD, NUMBER, TIME -> field;
            case PORT ->
                new Field(
                        field.name(),
                        Field.Kind.NUMBER,
                        List.of("destination_port", "url_port", "url_scheme"),
                        (event, values) -> {
                            long port = port(event);
                            if (port != Field.Numbers.NONE) {
                                values.accept(Long.toString(port));
                            }
                        },
                        Form::port);
            // Its text is of two columns: neither alone gives it.
            case TARGET ->
                new Field(field.name(), Field.Kind.TEXT, (event, values) -> {
                    String query = event.getUrlQuery();
                    field.reader().read(event, path -> values.accept(query == null ? path : path + "?" + query));
                });
            case FILE_NAME ->
                derived(
                        field,
                        (event, values) -> field.reader().read(event, path -> {
                            String name = path.substring(path.lastIndexOf('/') + 1);
                            if (!name.isEmpty()) {
                                values.accept(name);
                            }
                        }));
            default -> derived(field, (event, values) -> field.reader().read(event, text -> give(field, text, values)));
        };
    }

    private static Field derived(Field from, Field.Reader reader) {
        return new Field(from.name(), Field.Kind.TEXT, from.columns(), reader, null);
    }

    private static long port(ProxyEvent event) {
        Integer port = event.getDestinationPort() == null ? event.getUrlPort() : event.getDestinationPort();
        String scheme = event.getUrlScheme();
        int number = port != null ? port : scheme == null ? -1 : UrlParser.defaultPort(scheme);
        return number < 0 ? Field.Numbers.NONE : number;
    }

    private void give(Field field, String text, Consumer<String> values) {
        if (!isHost()) {
            String canonical = canonical(text);
            values.accept(canonical == null ? text : canonical);
        } else if (field.name().equals(ANSWERS)) {
            Answers.hosts(text, host -> host(host, values));
        } else if (text.indexOf("://") > 0) {
            url(text, values);
        } else {
            host(text, values);
        }
    }

    /** The host of a URL. */
    private void url(String text, Consumer<String> values) {
        int from = text.indexOf("://") + 3;
        int to = from;
        while (to < text.length() && ENDS.indexOf(text.charAt(to)) < 0) {
            to++;
        }
        // Nearly all: no URL is made to see it. Another :// may be in the query of what has no scheme.
        Canonical.Kind kind = isScheme(text, from - 3) ? Canonical.plain(text, from, to) : null;
        if (kind != null) {
            if (fits(kind)) {
                values.accept(text.substring(from, to));
            }
            return;
        }
        Canonical.Url url = Canonical.parseUrl(text);
        if (url != null && fits(url.hostKind())) {
            values.accept(url.host());
        }
    }

    private static boolean isScheme(String text, int to) {
        for (int i = 0; i < to; i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return to > 0;
    }

    private void host(String text, Consumer<String> values) {
        Canonical.Result host = Canonical.host(text);
        String canonical = host.canonical();
        if (canonical != null && fits(host.kind())) {
            values.accept(canonical);
        } else if (canonical == null && (this == HOST || this == NAME)) {
            // A name that DNS carries, though no standard calls it one.
            values.accept(text.toLowerCase(Locale.ROOT));
        }
    }

    private boolean fits(Canonical.Kind kind) {
        return switch (this) {
            case NAME -> kind == Canonical.Kind.DOMAIN;
            case IPV4 -> kind == Canonical.Kind.IPV4;
            case IPV6 -> kind == Canonical.Kind.IPV6;
            case ADDRESS -> kind == Canonical.Kind.IPV4 || kind == Canonical.Kind.IPV6;
            default -> true;
        };
    }

    /** The text that values of the field are equal to if they mean the same as this; null if none can. */
    @Nullable
    String canonical(String text) {
        switch (this) {
            case NAME, HOST, ADDRESS, IPV4, IPV6 -> {
                Canonical.Result host = Canonical.host(text);
                return host.canonical() == null || !fits(host.kind()) ? null : host.canonical();
            }
            case URL -> {
                String url = Canonical.url(text).canonical();
                return url == null ? text : url;
            }
            case HASH -> {
                return text.toLowerCase(Locale.ROOT);
            }
            case MAIL -> {
                int at = text.lastIndexOf('@');
                String domain =
                        at < 0 ? null : Canonical.host(text.substring(at + 1)).canonical();
                return (domain == null ? text : text.substring(0, at + 1) + domain).toLowerCase(Locale.ROOT);
            }
            default -> {
                return text;
            }
        }
    }
}
