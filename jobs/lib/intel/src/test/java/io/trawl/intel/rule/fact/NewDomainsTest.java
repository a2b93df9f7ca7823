package io.trawl.intel.rule.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Sieve;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.pack.RuleInputs;
import io.trawl.intel.rule.pack.RulePack;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which domains are new, as rules and scores ask for it. */
class NewDomainsTest {
    private static final List<String> SQUID = List.of("squid");

    @TempDir
    Path folder;

    private RulePack pack(String... rules) throws IOException {
        Path files = Files.createDirectories(folder.resolve("rules"));
        for (int i = 0; i < rules.length; i++) {
            Files.writeString(files.resolve(i + ".yml"), rules[i]);
        }
        return RulePack.read(new RuleInputs(List.of(files), null, null, null, false, null, null, 0, null, List.of()));
    }

    private RulePack brands(String brands) throws IOException {
        Path file = Files.writeString(folder.resolve("brands.txt"), brands);
        return RulePack.read(new RuleInputs(List.of(), null, null, null, false, file, null, 0, null, List.of()));
    }

    private static String rule(int number, String test, String condition) {
        return """
                title: R%d
                id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d%02d
                logsource: {category: proxy}
                detection:
                    one: {%s}
                    condition: %s
                """.formatted(number, number, test, condition);
    }

    private static ProxyEvent event(@Nullable String url, @Nullable String question, @Nullable String server) {
        ProxyEvent event = Events.event();
        event.setHttpRequestMethod("GET");
        event.setUrlDomain(url);
        event.setDnsQuestionName(question);
        event.setTlsClientServerName(server);
        return event;
    }

    private static List<Verdict> verdicts(@Nullable Judge judge, ProxyEvent event) {
        List<Verdict> verdicts = new ArrayList<>();
        Objects.requireNonNull(judge).judge(event, verdicts::add);
        return verdicts;
    }

    private static List<String> names(@Nullable Judge judge, ProxyEvent event) {
        return verdicts(judge, event).stream().map(one -> one.rule().name()).toList();
    }

    @Test
    void aHostIsNewByItsRegistrableDomain() {
        NewDomains domains = NewDomains.of(Set.of("new.co.uk", "bank.github.io", "xn--bcher-kva.example"));
        assertThat(domains.isNew("WWW.New.co.uk.")).isTrue();
        assertThat(domains.isNew("b\u00fccher.example")).isTrue();
        assertThat(domains.isNew("a.bank.github.io")).isTrue();
        assertThat(domains.isNew("other.github.io")).isFalse();
        assertThat(domains.isNew("renew.co.uk")).isFalse();
        for (String none : List.of("192.0.2.1", "[2001:db8::1]", "co.uk", "", "a b", "a b.new.co.uk")) {
            assertThat(domains.isNew(none)).as(none).isNull();
        }
        assertThat(NewDomains.UNKNOWN.isNew("new.co.uk")).isNull();
        assertThat(NewDomains.of(Set.of()).isNew("new.co.uk")).isFalse();
    }

    @Test
    void aRuleAsksForIt() throws IOException {
        RulePack pack = pack(
                rule(1, "trawl.domain.new: true", "one"),
                rule(2, "trawl.domain.new: false", "one"),
                rule(3, "trawl.domain.new: true", "not one"),
                rule(4, "cs-method: GET", "one"));
        Judge judge = pack.judge(SQUID, "", NewDomains.of(Set.of("new.example")));

        assertThat(names(judge, event("www.new.example", null, null))).containsExactly("R4", "R1");
        assertThat(names(judge, event("www.old.example", null, null))).containsExactly("R4", "R2", "R3");
        assertThat(names(judge, event("www.old.example", "a.new.example", null)))
                .containsExactly("R4", "R1", "R2");
        assertThat(names(judge, event(null, null, "new.example"))).containsExactly("R4", "R1");
        // A host without a registrable domain is neither.
        assertThat(names(judge, event("192.0.2.1", null, null))).containsExactly("R4", "R3");
        // What was known stands in each verdict, also where no test passed.
        assertThat(verdicts(judge, event("old.example", null, null)).get(2).why())
                .anyMatch(reason -> reason.field().equals("trawl.domain.new")
                        && reason.value().equals("false"));
        assertThat(pack.asksForNewDomains(SQUID, "")).isTrue();
        assertThat(pack.asksForNewDomains(List.of("combined"), "")).isFalse();
    }

    /** Where nobody knows it, no rule that asks for it is run: "not new" would hold of all. */
    @Test
    void whereItIsUnknownSuchARuleIsNotRun() throws IOException {
        RulePack pack = pack(rule(1, "trawl.domain.new: true", "not one"), rule(2, "cs-method: GET", "one"));
        ProxyEvent event = event("www.old.example", null, null);
        assertThat(names(pack.judge(SQUID, ""), event)).containsExactly("R2");
        assertThat(names(pack.judge(SQUID, "", NewDomains.UNKNOWN), event)).containsExactly("R2");
        assertThat(pack.book().cannotFire()).isEmpty();
        RulePack alone = pack(rule(1, "trawl.domain.new: true", "one"), rule(2, "trawl.domain.new: false", "one"));
        assertThat(alone.judge(SQUID, "")).isNull();
    }

    /** Whatever the sieve holds back meets no rule. */
    @Test
    void theSieveHoldsBackNothingThatARuleFinds() throws IOException {
        RulePack pack = pack(
                rule(1, "trawl.domain.new: true", "one"),
                rule(2, "trawl.domain.new: false, c-uri|contains: evil", "one"));
        Random random = new Random(11);
        List<@Nullable String> hosts =
                Arrays.asList(null, "a.example", "w.a.example", "b.example", "evil.example", "192.0.2.1", "co.uk", "");
        int found = 0;
        for (int round = 0; round < 3_000; round++) {
            Judge judge = Objects.requireNonNull(pack.judge(
                    SQUID, "", NewDomains.of(random.nextBoolean() ? Set.of("a.example") : Set.of("b.example"))));
            ProxyEvent event = event(
                    hosts.get(random.nextInt(hosts.size())),
                    hosts.get(random.nextInt(hosts.size())),
                    hosts.get(random.nextInt(hosts.size())));
            event.setUrlOriginal(random.nextBoolean() ? "/evil" : "/good");
            event.setUrlFull("http://x" + event.getUrlOriginal());
            if (!verdicts(judge, event).isEmpty()) {
                found++;
                assertThat(passes(judge.sieve(), event)).as(event.toString()).isTrue();
            }
        }
        assertThat(found).isGreaterThan(500);
    }

    private static boolean passes(Sieve sieve, ProxyEvent event) {
        return sieve.always()
                || sieve.texts().entrySet().stream().anyMatch(column -> {
                    Object value = event.get(ProxyEvent.getClassSchema()
                            .getField(column.getKey())
                            .pos());
                    byte[] utf8 = value == null ? null : value.toString().getBytes(StandardCharsets.UTF_8);
                    return utf8 != null && column.getValue().mayMeet(utf8, 0, utf8.length);
                });
    }

    /** The part for what was seen before may lift a host above the least score, or put it below: the sieve knows both. */
    @Test
    void theSieveOfLookAlikesFindsAllThatTheJudgeFinds() throws IOException {
        RulePack pack = brands("paypal.com\napple.com\nmicrosoft.com\nbank-one.example\n");
        Random random = new Random(5);
        String[] labels = {"paypal", "apple", "microsoft", "bank-one"};
        String[] suffixes = {".com", ".net", ".example", ".co.uk"};
        int lifted = 0;
        int lowered = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder label = new StringBuilder(labels[random.nextInt(labels.length)]);
            for (int change = random.nextInt(3); change >= 0; change--) {
                label.setCharAt(random.nextInt(label.length()), (char) ('a' + random.nextInt(26)));
                if (random.nextBoolean()) {
                    label.insert(random.nextInt(label.length()), (char) ('a' + random.nextInt(26)));
                }
            }
            String domain = label + suffixes[random.nextInt(suffixes.length)];
            ProxyEvent event = event("www." + domain, null, null);
            List<Verdict> unknown = verdicts(pack.judge(SQUID, ""), event);
            for (Set<String> known : List.of(Set.of(domain), Set.<String>of())) {
                Judge judge = Objects.requireNonNull(pack.judge(SQUID, "", NewDomains.of(known)));
                List<Verdict> verdicts = verdicts(judge, event);
                assertThat(passes(judge.sieve(), event)).as(domain + known).isEqualTo(!verdicts.isEmpty());
                assertThat(verdicts)
                        .allMatch(one -> one.rule().score() >= Lookalikes.LEAST
                                && one.why().stream()
                                        .anyMatch(reason -> reason.part().endsWith("seen before")));
                lifted += unknown.isEmpty() && !verdicts.isEmpty() ? 1 : 0;
                lowered += !unknown.isEmpty() && verdicts.isEmpty() ? 1 : 0;
            }
        }
        assertThat(lifted).isPositive();
        assertThat(lowered).isPositive();
    }
}
