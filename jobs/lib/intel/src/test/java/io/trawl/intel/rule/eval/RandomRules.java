package io.trawl.intel.rule.eval;

import com.google.re2j.Pattern;
import io.trawl.intel.Events;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Range;
import io.trawl.intel.rule.Rule;
import io.trawl.record.ProxyEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Rules, and events that meet some of them and nearly meet others: both are made of the same few texts. */
final class RandomRules {
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "/a",
            "GET",
            ".exe",
            "Kelvin",
            "\u212Aelvin",
            "\u017Fong",
            "song",
            "i\u0131\u0130I",
            "\u03C3\u03C2\u03A3",
            "stra\u00DFe",
            "\u00E9t\u00E9",
            "\u00C9T\u00C9",
            "\u0430\u0431\u0432\u0433",
            "\u0410\u0411\u0412\u0413",
            "\uD801\uDC00\uD801\uDC28",
            "\uD83D\uDE00",
            "\u6F22\u5B57\u6F22\u5B57",
            "/admin/login.php",
            "Mozilla/5.0 (Windows NT 10.0)",
            "evil.example",
            "www.evil.example",
            "aaaaaaaaab",
            "abababac",
            "../../etc/passwd",
            "${jndi:ldap://",
            "%24%7Bjndi",
            "cmd=whoami",
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "2001:db8::1",
            "10.1.0.0/16",
            "200",
            "404",
            "-1.50",
            "007");
    private static final List<String> EXPRESSIONS = List.of(
            "evil\\.(example|test)",
            "^/[a-z]+/login",
            "(?i)KELVIN|song",
            "a+b",
            "(ab)*ac$",
            "[0-9]{3}",
            ".{12}",
            "\\$\\{jndi:(ldap|rmi)",
            "(?i)cmd=(who|net)?",
            "[.]exe|[/]admin",
            "x?y?z?",
            "(?s)\u0430.*\u0433",
            "\\.\\./(\\.\\./)+etc",
            "(foo|)bar|/a{2,3}b",
            "[]e]vil",
            "[^]x]lvin");
    private static final List<String> FIELDS = List.of(
            "url.original",
            "url.query",
            "url.path",
            "url.extension",
            "url.domain",
            "url.registered_domain",
            "user_agent.original",
            "http.request.method",
            "http.response.status_code",
            "http.response.bytes",
            "source.ip",
            "dns.answers.data",
            "email.to.address",
            "@timestamp");

    private final Random random;
    /** Whether rules ask for texts that must be there, and for nothing else: then few events meet any. */
    private final boolean textsOnly;

    RandomRules(Random random) {
        this.random = random;
        this.textsOnly = random.nextBoolean();
    }

    List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (int i = random.nextInt(12); i >= 0; i--) {
            rules.add(rule("r" + rules.size(), condition(3)));
        }
        return rules;
    }

    static Rule rule(String id, Condition condition) {
        return new Rule(
                id,
                "a rule",
                Rule.Kind.SIGMA,
                Level.LOW,
                Level.LOW.score(),
                List.of(),
                List.of(),
                Rule.Sources.ALL,
                new Rule.Place("rules.yml", 1),
                condition);
    }

    private Condition condition(int depth) {
        int kind = depth == 0 ? 9 : random.nextInt(10);
        if (kind < 2) {
            return new Condition.All(conditions(depth - 1));
        } else if (kind < 5) {
            return new Condition.Any(conditions(depth - 1));
        } else if (kind == 5 && !textsOnly) {
            return new Condition.Not(condition(depth - 1));
        } else if (kind == 6) {
            return new Condition.Named("selection" + random.nextInt(3), condition(depth - 1));
        } else if (random.nextInt(8) == 0) {
            return new Condition.Keyword(text(Ask.Place.ANYWHERE));
        }
        Field field = field();
        return new Condition.Test(field, field.name(), ask(field));
    }

    private List<Condition> conditions(int depth) {
        List<Condition> conditions = new ArrayList<>();
        for (int i = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(3); i > 0; i--) {
            conditions.add(condition(depth));
        }
        return conditions;
    }

    private Field field() {
        return Objects.requireNonNull(Fields.named(one(FIELDS)));
    }

    private Ask ask(Field field) {
        if (field.kind() == Field.Kind.TIME && random.nextInt(3) > 0) {
            return new Ask.Time(one(Ask.TimePart.values()), ZoneId.of("Asia/Tokyo"), number());
        }
        return switch (textsOnly ? 11 * random.nextInt(2) + random.nextInt(3) : random.nextInt(16)) {
            case 0 -> new Ask.Like(glob(), random.nextBoolean());
            case 1 -> new Ask.Like(glob(), false);
            case 2, 3 -> new Ask.Expression(Pattern.compile(one(EXPRESSIONS)));
            case 4, 5 -> number();
            case 6 -> new Ask.CompareText(one(Ask.Order.values()), one(TEXTS));
            case 7 ->
                new Ask.Within(one(List.of(
                        Range.parse("10.1.0.0/16"), Range.parse("::ffff:10.0.0.0/104"), Range.parse("2001:db8::/32"))));
            case 8 -> new Ask.Holds(one(List.of(Range.parse("10.1.2.0/24"), Range.parse("10.1.2.3"))));
            case 9 -> new Ask.Present();
            case 10 -> new Ask.SameAs(field(), one(Ask.Place.values()), random.nextBoolean());
            default -> text(one(Ask.Place.values()));
        };
    }

    private Ask number() {
        BigDecimal number = one(List.of(
                new BigDecimal("200"),
                new BigDecimal("404.5"),
                new BigDecimal("-1.5"),
                new BigDecimal("7"),
                new BigDecimal("1E+3"),
                new BigDecimal("99999999999999999999"),
                BigDecimal.ZERO));
        return random.nextBoolean() ? new Ask.Equal(number) : new Ask.Compare(one(Ask.Order.values()), number);
    }

    private Ask.Text text(Ask.Place place) {
        String text = random.nextInt(4) == 0 ? one(TEXTS) + one(TEXTS) : one(TEXTS);
        return new Ask.Text(mutated(text), place, random.nextInt(4) == 0);
    }

    private Glob glob() {
        Glob.Builder glob = new Glob.Builder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> glob.many();
                case 1 -> glob.one();
                default -> one(TEXTS).codePoints().forEach(glob::character);
            }
        }
        return glob.build();
    }

    ProxyEvent event() {
        ProxyEvent event = Events.event();
        event.setTimestamp(Instant.ofEpochSecond(random.nextInt(2_000_000_000), 1000L * random.nextInt(1_000_000)));
        event.setUrlOriginal(value());
        event.setUrlQuery(value());
        event.setUrlPath(value());
        event.setUrlDomain(value());
        event.setUserAgentOriginal(value());
        event.setHttpRequestMethod(value());
        event.setSourceIp(value());
        event.setDnsAnswersData(list());
        event.setEmailToAddress(list());
        event.setHttpResponseStatusCode(one(200, 404, 500, null));
        event.setHttpResponseBytes(one(0L, 7L, 1000L, Long.MAX_VALUE, null));
        return event;
    }

    private String list() {
        return random.nextInt(3) == 0 ? value() + "," + value() : value();
    }

    private String value() {
        if (random.nextInt(6) == 0) {
            return null;
        }
        StringBuilder value = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            value.append(mutated(one(TEXTS)));
            if (random.nextInt(200) == 0) {
                value.append("x".repeat(8_170 + random.nextInt(40)));
            }
        }
        return value.toString();
    }

    /** As it is, in another case, or with a letter more, less or another. */
    private String mutated(String text) {
        int at = text.isEmpty() ? 0 : random.nextInt(text.length());
        return switch (random.nextInt(10)) {
            case 0 -> text.toUpperCase(java.util.Locale.ROOT);
            case 1 -> text.toLowerCase(java.util.Locale.ROOT);
            case 2 -> text.isEmpty() ? "" : text.substring(0, at) + text.substring(at + 1);
            case 3 -> text.substring(0, at) + "aX\u0130\u00E9".charAt(random.nextInt(4)) + text.substring(at);
            default -> text;
        };
    }

    @SafeVarargs
    private <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
