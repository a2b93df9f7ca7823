package io.trawl.intel.rule;

import io.trawl.intel.canonical.Answers;
import io.trawl.intel.rule.Field.Kind;
import io.trawl.intel.rule.Field.Numbers;
import io.trawl.intel.rule.Field.Reader;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields that rules may ask for, by ECS's dotted names: the columns of an event, and what is derived from one. */
public final class Fields {
    private static final long MICROS = 1_000_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /**
     * Whether the registrable domain of a host of the event is one that its source never saw before: {@code true} or {@code
     * false}, for each host. An event does not have it by itself: whoever knows it says so ({@code NewDomains}).
     */
    public static final String NEW_DOMAIN = "trawl.domain.new";

    private static final Map<String, Field> BY_NAME = new LinkedHashMap<>();
    private static final List<Field> OF_LINES = new ArrayList<>();

    static {
        columns();
        sameByOtherNames();
        derived();
    }

    private Fields() {}

    /** The field of a name; null if there is none. */
    public static @Nullable Field named(String name) {
        return BY_NAME.get(name);
    }

    /** All fields, columns first. */
    public static List<Field> all() {
        return List.copyOf(BY_NAME.values());
    }

    /**
     * The fields that a keyword is looked for in: each column once that the log fills. Numbers are among them; the time and the
     * duration are not, since the event does not have them as the log does.
     */
    public static List<Field> ofLines() {
        return List.copyOf(OF_LINES);
    }

    private static void columns() {
        TextColumns.ofWeb(Fields::line);
        TextColumns.beyondWeb(Fields::line);
        add(text("event.id", "event_id", ProxyEvent::getEventId));
        add(text("observer.hostname", "observer_hostname", ProxyEvent::getObserverHostname));
        add(text("trawl.source", "source", ProxyEvent::getSource));
        add(new Field(
                NEW_DOMAIN,
                Kind.TEXT,
                List.of("url_domain", "dns_question_name", "tls_client_server_name"),
                (event, values) -> {},
                null));
        line(number("destination.port", "destination_port", event -> of(event.getDestinationPort())));
        line(number("url.port", "url_port", event -> of(event.getUrlPort())));
        line(number(
                "http.response.status_code",
                "http_response_status_code",
                event -> of(event.getHttpResponseStatusCode())));
        line(number("http.response.bytes", "http_response_bytes", event -> of(event.getHttpResponseBytes())));
        line(number("network.bytes", "network_bytes", event -> of(event.getNetworkBytes())));
        line(number("source.bytes", "source_bytes", event -> of(event.getSourceBytes())));
        line(number("destination.bytes", "destination_bytes", event -> of(event.getDestinationBytes())));
        add(number("event.duration", "event_duration", event -> of(event.getEventDuration())));
        add(new Field(
                "@timestamp",
                Kind.TIME,
                List.of("timestamp"),
                (event, values) -> values.accept(time(micros(event.getTimestamp()))),
                event -> micros(event.getTimestamp())));
        split("email.from.address", "email_from_address", ProxyEvent::getEmailFromAddress, Derived::mails);
        split("email.to.address", "email_to_address", ProxyEvent::getEmailToAddress, Derived::mails);
        split("network.forwarded_ip", "network_forwarded_ip", ProxyEvent::getNetworkForwardedIp, Derived::parts);
        split("dns.answers.data", "dns_answers_data", ProxyEvent::getDnsAnswersData, Derived::parts);
    }

    /** Names that ECS or its users have for the same column. */
    private static void sameByOtherNames() {
        same("http.response.body.bytes", "http.response.bytes");
        same("http.request.bytes", "source.bytes");
        same("user.name", "source.user.name");
        same("client.address", "source.address");
        same("client.ip", "source.ip");
        same("client.user.name", "source.user.name");
        same("client.bytes", "source.bytes");
        same("server.address", "destination.address");
        same("server.ip", "destination.ip");
        same("server.domain", "destination.domain");
        same("server.port", "destination.port");
        same("server.bytes", "destination.bytes");
    }

    private static void derived() {
        derive("url.extension", "url_path", ProxyEvent::getUrlPath, Derived::extension);
        derive("url.fragment", "url_original", ProxyEvent::getUrlOriginal, Derived::fragment);
        domains("url", "url_domain", ProxyEvent::getUrlDomain);
        domains("destination", "destination_domain", ProxyEvent::getDestinationDomain);
        domains("dns.question", "dns_question_name", ProxyEvent::getDnsQuestionName);
        add(new Field(
                "dns.resolved_ip",
                Kind.ADDRESS,
                List.of("dns_answers_data"),
                (event, values) -> {
                    String data = event.getDnsAnswersData();
                    if (data != null) {
                        Answers.hosts(data, host -> Derived.address(host, values));
                    }
                },
                null));
    }

    private static void domains(String of, String column, Function<ProxyEvent, @Nullable String> host) {
        derive(of + ".registered_domain", column, host, Derived::registeredDomain);
        derive(of + ".top_level_domain", column, host, Derived::topLevelDomain);
        derive(of + ".subdomain", column, host, Derived::subdomain);
    }

    static Field text(String name, String column, Function<ProxyEvent, @Nullable String> value) {
        return column(name, Kind.TEXT, column, value);
    }

    static Field address(String name, String column, Function<ProxyEvent, @Nullable String> value) {
        return column(name, Kind.ADDRESS, column, value);
    }

    private static Field column(String name, Kind kind, String column, Function<ProxyEvent, @Nullable String> value) {
        return new Field(name, kind, List.of(column), new Column(position(column), value), null);
    }

    private static Field number(String name, String column, Numbers numbers) {
        Reader reader = (event, values) -> {
            long number = numbers.read(event);
            if (number != Numbers.NONE) {
                values.accept(Long.toString(number));
            }
        };
        return new Field(name, Kind.NUMBER, List.of(column), reader, numbers);
    }

    private static void derive(
            String name,
            String column,
            Function<ProxyEvent, @Nullable String> value,
            Function<String, @Nullable String> derived) {
        Reader reader = (event, values) -> {
            String text = value.apply(event);
            String result = text == null ? null : derived.apply(text);
            if (result != null) {
                values.accept(result);
            }
        };
        add(new Field(name, Kind.TEXT, List.of(column), reader, null));
    }

    /** A column of several values; keywords see it whole. */
    private static void split(
            String name, String column, Function<ProxyEvent, @Nullable String> value, Splitter splitter) {
        OF_LINES.add(text(name, column, value));
        add(new Field(
                name,
                name.endsWith("_ip") ? Kind.ADDRESS : Kind.TEXT,
                List.of(column),
                (event, values) -> {
                    String text = value.apply(event);
                    if (text != null) {
                        splitter.split(text, values);
                    }
                },
                null));
    }

    private static void same(String name, String as) {
        Field other = BY_NAME.get(as);
        if (other == null) {
            throw new IllegalStateException("no field " + as);
        }
        add(new Field(name, other.kind(), other.columns(), other.reader(), other.numbers()));
    }

    private static void line(Field field) {
        add(field);
        OF_LINES.add(field);
    }

    private static void add(Field field) {
        if (BY_NAME.put(field.name(), field) != null) {
            throw new IllegalStateException("field " + field.name() + " twice");
        }
    }

    private static int position(String column) {
        return ProxyEvent.getClassSchema().getField(column).pos();
    }

    private static long of(@Nullable Number number) {
        return number == null ? Numbers.NONE : number.longValue();
    }

    private static long micros(@Nullable Instant time) {
        return time == null ? Numbers.NONE : time.getEpochSecond() * MICROS + time.getNano() / 1000;
    }

    private static String time(long micros) {
        return TIME.format(Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000));
    }

    /** A column's text. */
    private record Column(int position, Function<ProxyEvent, @Nullable String> value) implements Reader {
        @Override
        public void read(ProxyEvent event, Consumer<String> values) {
            String text = value.apply(event);
            if (text != null) {
                values.accept(text);
            }
        }
    }

    /** Gives the values that a text is made of. */
    private interface Splitter {
        void split(String text, Consumer<String> values);
    }

    /** The columns of an event that rules look at. */
    public static Set<String> columnsOf(List<Rule> rules) {
        Set<String> columns = new TreeSet<>();
        rules.forEach(rule -> add(rule.condition(), columns));
        return columns;
    }

    private static void add(Condition condition, Set<String> columns) {
        if (condition instanceof Condition.All all) {
            all.of().forEach(one -> add(one, columns));
        } else if (condition instanceof Condition.Any any) {
            any.of().forEach(one -> add(one, columns));
        } else if (condition instanceof Condition.Not not) {
            add(not.of(), columns);
        } else if (condition instanceof Condition.Named named) {
            add(named.of(), columns);
        } else if (condition instanceof Condition.Test test) {
            columns.addAll(test.field().columns());
            if (test.ask() instanceof Ask.SameAs same) {
                columns.addAll(same.other().columns());
            }
        } else {
            all().forEach(field -> columns.addAll(field.columns()));
        }
    }
}
