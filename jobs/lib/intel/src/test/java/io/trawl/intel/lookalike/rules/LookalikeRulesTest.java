package io.trawl.intel.lookalike.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.host.HostRules;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LookalikeRulesTest {
    private static final LookalikeRules RULES = LookalikeRules.of(
            Lookalikes.of(Brands.ofDomains(List.of("paypal.com"))), HostRules.of(HostRules.INTERNAL), 1_000);

    private static List<Verdict> verdicts(ProxyEvent event) {
        List<Verdict> verdicts = new ArrayList<>();
        RULES.judge(event, verdicts::add);
        return verdicts;
    }

    @Test
    void aLookalikeIsAVerdictWithItsReasons() {
        List<Verdict> verdicts = verdicts(Events.get("http://paypa1-login.example/a"));
        assertThat(verdicts).hasSize(1);
        Verdict verdict = verdicts.get(0);
        assertThat(verdict.rule().id()).isEqualTo("lookalike-homoglyph");
        assertThat(verdict.rule().kind()).isEqualTo(Rule.Kind.LOOKALIKE);
        assertThat(verdict.rule().level()).isEqualTo(Level.HIGH);
        assertThat(verdict.why().get(0))
                .isEqualTo(new Verdict.Reason("homoglyph", "url.domain", "paypa1-login.example", "paypal.com"));
        assertThat(verdict.why().get(1).part()).startsWith("paypa1-login.example looks like paypal.com: ");
        int sum = verdict.why().stream()
                .filter(reason -> reason.selection().equals("score"))
                .mapToInt(reason -> Integer.parseInt(reason.part().split(" ", 2)[0]))
                .sum();
        assertThat(Math.min(100, sum)).isEqualTo(verdict.rule().score());
    }

    @Test
    void aHostThatIsNoneIsAVerdict() {
        assertThat(verdicts(Events.get("http://0x7f000001/")))
                .extracting(
                        verdict -> verdict.rule().id() + " " + verdict.rule().kind())
                .containsExactly("host-ip-hex HOST");
        ProxyEvent missing = Events.event();
        missing.setUrlOriginal("http:///index.html");
        assertThat(verdicts(missing)).extracting(verdict -> verdict.rule().id()).containsExactly("host-missing");
        ProxyEvent port = Events.get("http://example.com/");
        port.setUrlScheme("http");
        port.setUrlPort(443);
        assertThat(verdicts(port)).extracting(verdict -> verdict.rule().id()).containsExactly("host-port-scheme");
        assertThat(verdicts(Events.get("http://www.example.com/"))).isEmpty();
        assertThat(verdicts(Events.event())).isEmpty();
    }

    @Test
    void eachHostOfAnEventIsJudgedOnce() {
        ProxyEvent event = Events.event();
        event.setUrlDomain("paypal-login.example");
        event.setDnsQuestionName("paypal-login.example");
        event.setTlsClientServerName("papyal.com");
        assertThat(verdicts(event))
                .extracting(verdict -> verdict.why().get(0).field())
                .containsExactly("url.domain", "tls.client.server_name");
        ProxyEvent question = Events.event();
        question.setDnsQuestionName("com");
        question.setUrlDomain("com");
        assertThat(verdicts(question)).isEmpty();
    }

    @Test
    void rulesAreListed() {
        assertThat(LookalikeRules.rules()).extracting(Rule::id).doesNotHaveDuplicates();
        assertThat(LookalikeRules.rules()).hasSize(34);
    }

    @Test
    void theCacheIsBounded() {
        HostCache<String> cache = new HostCache<>(100);
        AtomicInteger judged = new AtomicInteger();
        for (int i = 0; i < 10_000; i++) {
            String host = "host" + i;
            cache.get("often", key -> "x" + judged.incrementAndGet());
            assertThat(cache.get(host, key -> key.endsWith("7") ? key : null))
                    .isEqualTo(host.endsWith("7") ? host : null);
        }
        assertThat(cache.size()).isLessThanOrEqualTo(102);
        assertThat(judged).hasValue(1);
    }
}
