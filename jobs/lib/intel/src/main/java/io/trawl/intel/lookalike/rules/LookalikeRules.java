package io.trawl.intel.lookalike.rules;

import io.trawl.intel.lookalike.Finding;
import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.lookalike.Seen;
import io.trawl.intel.lookalike.Technique;
import io.trawl.intel.lookalike.host.HostFinding;
import io.trawl.intel.lookalike.host.HostRule;
import io.trawl.intel.lookalike.host.HostRules;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Judges the hosts of an event: that of its URL, the name asked for in DNS, and the server's name in TLS. Each distinct host is
 * judged once, as long as the cache has it. Any number of threads may ask.
 */
public final class LookalikeRules {
    private static final String URL_DOMAIN = "url.domain";
    private static final String URL_ORIGINAL = "url.original";
    private static final String QUESTION = "dns.question.name";
    private static final String SERVER_NAME = "tls.client.server_name";
    private static final List<String> MASQUERADE = List.of("attack.resource-development", "attack.t1583.001");
    private static final List<String> OBFUSCATED = List.of("attack.defense-evasion", "attack.t1027");
    private static final Rule.Place BUILT_IN = new Rule.Place("(built in)", 1);
    /** Holds of no event: these rules are judged here, not by their condition. */
    private static final Condition NEVER = new Condition.Any(List.of());
    /** Longer texts are no hosts that a cache should hold. */
    private static final int LONGEST_CACHED = 253;

    private final @Nullable Lookalikes lookalikes;
    private final @Nullable HostRules hosts;
    private final Map<Seen, HostCache<Finding>> caches = new EnumMap<>(Seen.class);

    private LookalikeRules(@Nullable Lookalikes lookalikes, @Nullable HostRules hosts, int cached) {
        this.lookalikes = lookalikes;
        this.hosts = hosts;
        for (Seen seen : Seen.values()) {
            caches.put(seen, new HostCache<>(cached));
        }
    }

    /**
     * Rules of a site.
     *
     * @param lookalikes null if no brands are known
     * @param hosts null where hosts that are none are not looked for
     * @param cached how many distinct hosts are remembered, about
     */
    public static LookalikeRules of(@Nullable Lookalikes lookalikes, @Nullable HostRules hosts, int cached) {
        return new LookalikeRules(lookalikes, hosts, cached);
    }

    /** Every rule, for people: with the score that a verdict starts with. */
    public static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (Technique technique : Technique.values()) {
            rules.add(rule(technique, technique.points()));
        }
        for (HostRule rule : HostRule.values()) {
            rules.add(rule(rule));
        }
        return rules;
    }

    /** The rule of a technique, with the score of a finding. */
    public static Rule rule(Technique technique, int score) {
        Level level =
                score >= Level.HIGH.score() ? Level.HIGH : score >= Level.MEDIUM.score() ? Level.MEDIUM : Level.LOW;
        return rule(
                "lookalike-" + technique.id(),
                "Look-alike: " + technique.title(),
                Rule.Kind.LOOKALIKE,
                level,
                score,
                MASQUERADE);
    }

    /** The rule of a host that is none. */
    public static Rule rule(HostRule rule) {
        boolean hides = rule.level() == Level.HIGH;
        return rule(
                rule.id(),
                rule.title(),
                Rule.Kind.HOST,
                rule.level(),
                rule.level().score(),
                hides ? OBFUSCATED : List.of());
    }

    private static Rule rule(String id, String name, Rule.Kind kind, Level level, int score, List<String> tags) {
        return new Rule(id, name, kind, level, score, tags, List.of(), Rule.Sources.ALL, BUILT_IN, NEVER);
    }

    /** Judges an event of whose hosts nobody knows whether they were seen before. */
    public void judge(ProxyEvent event, Consumer<? super Verdict> verdicts) {
        judge(event, host -> Seen.UNKNOWN, verdicts);
    }

    /**
     * Judges an event.
     *
     * @param seen whether a host, as the event has it, was seen before
     */
    public void judge(ProxyEvent event, Function<String, Seen> seen, Consumer<? super Verdict> verdicts) {
        String domain = event.getUrlDomain();
        String question = event.getDnsQuestionName();
        String server = event.getTlsClientServerName();
        host(event, domain, verdicts);
        if (domain != null) {
            look(URL_DOMAIN, domain, seen, verdicts);
        }
        if (question != null && !question.equals(domain)) {
            look(QUESTION, question, seen, verdicts);
        }
        if (server != null && !server.equals(domain) && !server.equals(question)) {
            look(SERVER_NAME, server, seen, verdicts);
        }
    }

    private void host(ProxyEvent event, @Nullable String domain, Consumer<? super Verdict> verdicts) {
        HostRules known = hosts;
        if (known == null) {
            return;
        }
        // What was only asked for in DNS need not be a host: a question for com is a usual one.
        if (domain != null && domain.equals(event.getDnsQuestionName()) && event.getUrlFull() == null) {
            return;
        }
        String url = domain == null ? event.getUrlOriginal() : null;
        if (domain == null && url == null) {
            return;
        }
        Integer port = event.getUrlPort();
        List<HostFinding> findings = known.judge(domain, url, event.getUrlScheme(), port == null ? -1 : port);
        for (HostFinding finding : findings) {
            String field = url == null ? URL_DOMAIN : URL_ORIGINAL;
            String value = url == null ? Objects.requireNonNull(domain) : url;
            verdicts.accept(new Verdict(
                    rule(finding.rule()),
                    List.of(
                            new Verdict.Reason(finding.rule().id(), field, value, finding.host()),
                            new Verdict.Reason("reason", field, value, finding.reason()))));
        }
    }

    private void look(String field, String host, Function<String, Seen> seen, Consumer<? super Verdict> verdicts) {
        Lookalikes known = lookalikes;
        if (known == null) {
            return;
        }
        Seen was = seen.apply(host);
        Finding finding = host.length() > LONGEST_CACHED
                ? known.judge(host, was)
                : Objects.requireNonNull(caches.get(was)).get(host, key -> known.judge(key, was));
        if (finding != null) {
            verdicts.accept(new Verdict(rule(finding.technique(), finding.score()), why(field, host, finding)));
        }
    }

    /** The technique with the brand, the sentence, and each part of the score. */
    private static List<Verdict.Reason> why(String field, String host, Finding finding) {
        List<Verdict.Reason> why = new ArrayList<>();
        why.add(new Verdict.Reason(finding.technique().id(), field, host, finding.brand()));
        why.add(new Verdict.Reason("reason", field, host, finding.reason()));
        for (Finding.Part part : finding.parts()) {
            why.add(new Verdict.Reason(
                    "score", field, host, String.format(Locale.ROOT, "%+d %s", part.points(), part.name())));
        }
        return why;
    }
}
