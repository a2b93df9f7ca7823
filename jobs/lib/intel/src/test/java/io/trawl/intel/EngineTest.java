package io.trawl.intel;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Ids;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.match.Suppressor;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.record.Detection;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RuleReason;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class EngineTest {
    private final Indicator indicator = Events.indicator("domain", "evil.example", "feed.csv");

    private List<Detection> detections(ProxyEvent event, Suppressor... suppressors) {
        List<Detection> detections = new ArrayList<>();
        new Engine(IndicatorIndex.of(List.of(indicator)), 42, false, SweepKind.BATCH, List.of(suppressors), null)
                .analyse(event, detections::add);
        return detections;
    }

    private static ProxyEvent event() {
        ProxyEvent event = Events.get("http://www.evil.example/a");
        event.setObserverHostname("proxy1");
        event.setSourceAddress("10.0.0.9");
        event.setSourceIp("10.0.0.9");
        event.setSourceUserName("bob");
        event.setDestinationIp("192.0.2.1");
        event.setHttpResponseStatusCode(200);
        return event;
    }

    @Test
    void everyFieldOfADetectionIsSet() throws IOException {
        indicator.setConfidence(75);
        indicator.setLabels(List.of("c2"));

        Detection detection = detections(event()).get(0);

        assertThat(detection.getDetectionId())
                .isEqualTo(Ids.of("00000000000000000000000000000001", indicator.getIndicatorId(), "url.domain"))
                .matches("[0-9a-f]{32}");
        assertThat(detection.getEventId()).isEqualTo("00000000000000000000000000000001");
        assertThat(detection.getSource()).isEqualTo("proxy");
        assertThat(detection.getWindow()).isEqualTo(Events.AT);
        assertThat(detection.getSweep()).isEqualTo("batch");
        assertThat(detection.getPartition()).isEqualTo(1);
        assertThat(detection.getOffset()).isEqualTo(7);
        assertThat(detection.getTimestamp()).isEqualTo(Events.AT);
        assertThat(detection.getObserverHostname()).isEqualTo("proxy1");
        assertThat(detection.getClient()).isEqualTo("10.0.0.9");
        assertThat(detection.getSourceUserName()).isEqualTo("bob");
        assertThat(detection.getField()).isEqualTo("url.domain");
        assertThat(detection.getValue()).isEqualTo("www.evil.example");
        assertThat(detection.getHow()).isEqualTo("subdomain");
        assertThat(detection.getIndicatorId()).isEqualTo(indicator.getIndicatorId());
        assertThat(detection.getIndicatorType()).isEqualTo("domain");
        assertThat(detection.getIndicatorValue()).isEqualTo("evil.example");
        assertThat(detection.getFeed()).isEqualTo("feed.csv");
        assertThat(detection.getConfidence()).isEqualTo(75);
        assertThat(detection.getLabels()).containsExactly("c2");
        assertThat(detection.getSuppressedBy()).isNull();
        assertThat(detection.getIndicatorSnapshot()).isEqualTo(42);
        assertThat(detection.getUrlOriginal()).isEqualTo("http://www.evil.example/a");
        assertThat(detection.getUrlDomain()).isEqualTo("www.evil.example");
        assertThat(detection.getDestinationIp()).isEqualTo("192.0.2.1");
        assertThat(detection.getHttpRequestMethod()).isEqualTo("GET");
        assertThat(detection.getHttpResponseStatusCode()).isEqualTo(200);
        requireAllBut(detection, "suppressed_by", "rule_id", "rule_name", "rule_level", "score");
    }

    /** A field that somebody adds to the schema is not forgotten here. */
    private static void requireAllBut(Detection detection, String... unset) {
        for (Schema.Field field : Detection.SCHEMA$.getFields()) {
            assertThat(detection.get(field.pos()) == null)
                    .as(field.name())
                    .isEqualTo(List.of(unset).contains(field.name()));
        }
    }

    private static Rule rule() {
        return new Rule(
                "r-1",
                "a rule",
                Rule.Kind.SIGMA,
                Level.HIGH,
                75,
                List.of("attack.t1071"),
                List.of("https://rules.example/1"),
                Rule.Sources.ALL,
                new Rule.Place("rule.yml", 1),
                new Condition.Named(
                        "path",
                        new Condition.Test(
                                Objects.requireNonNull(Fields.named("url.original")),
                                "c-uri",
                                new Ask.Text(".EXAMPLE/a", Ask.Place.END, false))));
    }

    private List<Detection> ruled(ProxyEvent event, Suppressor... suppressors) throws IOException {
        List<Detection> found = new ArrayList<>();
        new Engine(
                        IndicatorIndex.of(List.of()),
                        42,
                        false,
                        SweepKind.HOT,
                        List.of(suppressors),
                        RuleSet.of(List.of(rule())))
                .analyse(event, found::add);
        return found;
    }

    @Test
    void aRuleThatIsMetIsADetectionThatSaysWhy() throws IOException {
        Detection detection = ruled(event()).get(0);

        assertThat(detection.getDetectionId())
                .isEqualTo(Ids.of("00000000000000000000000000000001", "r-1", "url.original"));
        assertThat(detection.getHow()).isEqualTo("rule");
        assertThat(detection.getIndicatorType()).isEqualTo("rule");
        assertThat(detection.getIndicatorId()).isEqualTo("r-1").isEqualTo(detection.getRuleId());
        assertThat(detection.getIndicatorValue()).isEqualTo("a rule").isEqualTo(detection.getRuleName());
        assertThat(detection.getRuleLevel()).isEqualTo("high");
        assertThat(detection.getScore()).isEqualTo(75);
        assertThat(detection.getTags()).containsExactly("attack.t1071");
        assertThat(detection.getReferences()).containsExactly("https://rules.example/1");
        assertThat(detection.getWhy())
                .containsExactly(new RuleReason("path", "url.original", "http://www.evil.example/a", ".example/a"));
        assertThat(detection.getField()).isEqualTo("url.original");
        assertThat(detection.getValue()).isEqualTo("http://www.evil.example/a");
        requireAllBut(detection, "suppressed_by", "feed", "confidence");
        ProxyEvent other = event();
        other.setUrlOriginal("http://www.evil.example/b");
        assertThat(ruled(other)).isEmpty();
    }

    @Test
    void anAllowlistHoldsForRulesByTheHostOrThePeer() throws IOException {
        Suppressor byHost = match -> match.value().equals("www.evil.example")
                        && match.indicator().getValue().equals("evil.example")
                ? "hosts"
                : null;
        Suppressor byPeer = match -> match.value().equals("192.0.2.1") ? "peers" : null;

        assertThat(ruled(event(), byHost).get(0).getSuppressedBy()).isEqualTo("hosts");
        assertThat(ruled(event(), byPeer).get(0).getSuppressedBy()).isNull();
        ProxyEvent connected = event();
        connected.setUrlDomain(null);
        assertThat(ruled(connected, byPeer).get(0).getSuppressedBy()).isEqualTo("peers");
    }

    @Test
    void theClientIsItsAddressElseWhatTheLogHas() {
        ProxyEvent event = event();
        event.setSourceIp(null);
        event.setSourceAddress("client.example");

        assertThat(detections(event).get(0).getClient()).isEqualTo("client.example");
        event.setSourceAddress(null);
        assertThat(detections(event).get(0).getClient()).isNull();
    }

    @Test
    void theFirstListThatSuppressesIsNamed() {
        assertThat(detections(
                                event(),
                                match -> null,
                                match -> match.value().equals("www.evil.example") ? "first" : null,
                                match -> "second")
                        .get(0)
                        .getSuppressedBy())
                .isEqualTo("first");
    }

    @Test
    void oneIndicatorInTwoFieldsIsTwoDetections() {
        ProxyEvent event = event();
        event.setHttpRequestReferrer("https://evil.example/");

        assertThat(detections(event))
                .extracting(Detection::getDetectionId)
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    /** Whatever is set beside the fields that it names makes no difference, and every one that it names is an event's. */
    @Test
    void nothingIsReadBesideTheFieldsThatTheEngineNames() {
        ProxyEvent web = event();
        web.setUrlFull(null);
        web.setUrlPort(8443);
        web.setDestinationPort(8443);
        web.setUserAgentOriginal("evil/1");
        web.setUrlQuery("q");
        web.setHttpRequestReferrer("https://evil.example/");
        List<Indicator> indicators = List.of(
                indicator,
                Events.indicator("url", "www.evil.example:8443/a?q"),
                Events.indicator("ipv4", "192.0.2.1"),
                Events.indicator("ip-port", "192.0.2.1:8443"),
                Events.indicator("user-agent", "evil/1"),
                Events.indicator("url-path", "/ab"),
                Events.indicator("ipv4", "10.0.0.9"));
        Engine engine = new Engine(IndicatorIndex.of(indicators), 42, true, SweepKind.BATCH, List.of(), null);

        for (ProxyEvent whole : List.of(event(), web)) {
            ProxyEvent some = new ProxyEvent();
            for (String field : Engine.FIELDS) {
                some.put(field, whole.get(field));
            }
            List<Detection> expected = new ArrayList<>();
            List<Detection> found = new ArrayList<>();
            engine.analyse(whole, expected::add);
            engine.analyse(some, found::add);

            assertThat(found).hasSizeGreaterThan(2).isEqualTo(expected);
        }
        List<Detection> found = new ArrayList<>();
        engine.analyse(web, found::add);
        assertThat(found).extracting(Detection::getField).contains("url.full", "source.ip", "user_agent.original");
    }

    @Test
    void aSweepMayBeRetro() {
        List<Detection> detections = new ArrayList<>();
        new Engine(IndicatorIndex.of(List.of(indicator)), 42, false, SweepKind.RETRO, List.of(), null)
                .analyse(event(), detections::add);

        assertThat(detections).extracting(Detection::getSweep).containsExactly("retro");
    }
}
