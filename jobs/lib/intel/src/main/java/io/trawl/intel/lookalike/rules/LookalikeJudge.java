package io.trawl.intel.lookalike.rules;

import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.lookalike.Seen;
import io.trawl.intel.lookalike.host.HostRules;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Sieve;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Judges the hosts of events as the engine asks rules. Any number of threads may ask. */
public final class LookalikeJudge implements Judge {
    /** Distinct hosts that are remembered, about. */
    private static final int CACHED = 100_000;

    private static final Set<String> LOOKED_AT = Set.of("url_domain", "dns_question_name", "tls_client_server_name");
    private static final Set<String> OF_HOSTS = Set.of(
            "url_domain",
            "url_original",
            "url_full",
            "url_scheme",
            "url_port",
            "dns_question_name",
            "tls_client_server_name");

    private final @Nullable Lookalikes lookalikes;
    private final @Nullable HostRules hosts;
    private final Level least;
    private final LookalikeRules rules;
    private final NewDomains domains;

    /**
     * @param lookalikes null if no brands are known
     * @param hosts null where hosts that are none are not looked for
     * @param least the level from which on a host that is none is found
     */
    public LookalikeJudge(@Nullable Lookalikes lookalikes, @Nullable HostRules hosts, Level least) {
        this(lookalikes, hosts, least, LookalikeRules.of(lookalikes, hosts, CACHED), NewDomains.UNKNOWN);
    }

    private LookalikeJudge(
            @Nullable Lookalikes lookalikes,
            @Nullable HostRules hosts,
            Level least,
            LookalikeRules rules,
            NewDomains domains) {
        this.lookalikes = lookalikes;
        this.hosts = hosts;
        this.least = least;
        this.rules = rules;
        this.domains = domains;
    }

    /** The same, where it is known which domains are new: a part of each score. */
    public LookalikeJudge with(NewDomains known) {
        return new LookalikeJudge(lookalikes, hosts, least, rules, known);
    }

    /** Whether scores have a part for hosts that were seen before, or were not. */
    public boolean asksForNewDomains() {
        return lookalikes != null;
    }

    private Seen seen(String host) {
        Boolean isNew = domains.isNew(host);
        return isNew == null ? Seen.UNKNOWN : isNew ? Seen.NEW : Seen.BEFORE;
    }

    @Override
    public void judge(ProxyEvent event, Consumer<? super Verdict> verdicts) {
        rules.judge(event, this::seen, verdict -> {
            if (verdict.rule().kind() != Rule.Kind.HOST
                    || isEnough(verdict.rule().level())) {
                verdicts.accept(verdict);
            }
        });
    }

    private boolean isEnough(Level level) {
        return level.compareTo(least) >= 0;
    }

    @Override
    public Set<String> columns() {
        return hosts == null ? LOOKED_AT : OF_HOSTS;
    }

    @Override
    public Sieve sieve() {
        Map<String, Sieve.Values> texts = new LinkedHashMap<>();
        Map<String, LongPredicate> numbers = new LinkedHashMap<>();
        for (String column : LOOKED_AT) {
            texts.put(column, values(host -> lookalikes != null && lookalikes.judge(host, seen(host)) != null));
        }
        HostRules known = hosts;
        if (known != null) {
            texts.merge(
                    "url_domain",
                    values(host -> known.judge(host, null, null, -1).stream()
                            .anyMatch(one -> isEnough(one.rule().level()))),
                    Sieve.Values::or);
            texts.put("url_original", values(url -> !hasPlainHost(url)));
            // Nearly no URL has one.
            numbers.put("url_port", any -> true);
        }
        return new Sieve(false, texts, numbers);
    }

    private static Sieve.Values values(Predicate<String> mayMeet) {
        return new Sieve.Values() {
            @Override
            public boolean mayMeet(String value) {
                return mayMeet.test(value);
            }

            @Override
            public boolean mayMeet(byte[] value, int from, int to) {
                return mayMeet.test(new String(value, from, to - from, StandardCharsets.UTF_8));
            }
        };
    }

    /** Whether a target is a path, or plainly has a host, so that the event has it as its domain. */
    static boolean hasPlainHost(String target) {
        if (target.startsWith("/")) {
            return true;
        }
        int scheme = target.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int at = from;
        while (at < target.length() && isPlain(target.charAt(at))) {
            at++;
        }
        return at > from && (at == target.length() || "/:?#".indexOf(target.charAt(at)) >= 0);
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-';
    }
}
