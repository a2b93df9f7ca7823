package io.trawl.intel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MatcherTest {
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

    private final List<Indicator> indicators = new ArrayList<>();
    private final List<Feeds.Rejected> rejected = new ArrayList<>();

    private Feeds.Count feed(String text) throws IOException {
        return Feeds.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                "feed",
                indicators::add,
                rejected::add);
    }

    private List<String> matches(ProxyEvent event, boolean webServer) {
        List<String> found = new ArrayList<>();
        new Matcher(IndicatorIndex.of(indicators), webServer)
                .match(
                        event,
                        m -> found.add(m.field() + " " + m.indicator().getValue() + " "
                                + m.how().code()));
        found.sort(null);
        return found;
    }

    private static ProxyEvent event(String url, String host) {
        ProxyEvent event = new ProxyEvent();
        event.setTimestamp(AT);
        event.setUrlFull(url);
        event.setUrlDomain(host);
        return event;
    }

    @Test
    void aDomainMatchesItselfAndWhatLiesBeneathItOnLabelBorders() throws Exception {
        feed("evil.example\nwww.evil.example\n");
        assertThat(matches(event(null, "a.WWW.evil.example."), false))
                .containsExactly("url.domain evil.example subdomain", "url.domain www.evil.example subdomain");
        assertThat(matches(event(null, "evil.example"), false)).containsExactly("url.domain evil.example exact");
        assertThat(matches(event(null, "notevil.example"), false)).isEmpty();
        assertThat(matches(event(null, "evil.example.org"), false)).isEmpty();
    }

    @Test
    void anAddressMatchesInEveryFormAndInEveryRangeThatHoldsIt() throws Exception {
        feed("192.0.2.235\n192.0.2.0/24\n192.0.0.0/16\n198.51.100.0/24\n2001:db8::/32\n");
        assertThat(matches(event(null, "0xC00002EB"), false))
                .containsExactly(
                        "url.domain 192.0.0.0/16 cidr", "url.domain 192.0.2.0/24 cidr", "url.domain 192.0.2.235 exact");
        ProxyEvent peer = event(null, null);
        peer.setDestinationIp("2001:db8::7");
        assertThat(matches(peer, false)).containsExactly("destination.ip 2001:db8::/32 cidr");
    }

    @Test
    void aUrlMatchesAsAWholeAndWithoutASchemeInEither() throws Exception {
        feed("hxxp://evil[.]example/a?x=1\nbad.example/path\n");
        assertThat(matches(event("http://EVIL.example:80/a?x=1", "EVIL.example"), false))
                .containsExactly("url.full http://evil.example/a?x=1 url");
        assertThat(matches(event("https://evil.example/a?x=1", "evil.example"), false))
                .isEmpty();
        assertThat(matches(event("http://evil.example/a?x=2", "evil.example"), false))
                .isEmpty();
        assertThat(matches(event("https://bad.example/path", "bad.example"), false))
                .containsExactly("url.full bad.example/path url");
    }

    @Test
    void theClientCountsOnAWebServerOnlyAndTheReferrerAlways() throws Exception {
        feed("203.0.113.9\nevil.example\n");
        ProxyEvent event = event(null, null);
        event.setSourceIp("203.0.113.9");
        event.setHttpRequestReferrer("http://www.evil.example/");
        assertThat(matches(event, false)).containsExactly("http.request.referrer evil.example subdomain");
        assertThat(matches(event, true))
                .containsExactly("http.request.referrer evil.example subdomain", "source.ip 203.0.113.9 exact");
    }

    @Test
    void aMatchCountsWithinTheIndicatorsValidityOnly() throws Exception {
        feed(
                "value,valid_from,valid_until\na.example,2026-11-24T10:00:00Z,\nb.example,,2026-11-24T10:00:00Z\nc.example,,\n");
        assertThat(matches(event(null, "a.example"), false)).hasSize(1);
        assertThat(matches(event(null, "b.example"), false)).isEmpty();
        assertThat(matches(event(null, "c.example"), false)).hasSize(1);
    }

    @Test
    void everyLineOfAFeedIsAnIndicatorARejectionOrAComment() throws Exception {
        Feeds.Count count = feed(
                "\uFEFF# head\r\nevil[.]example # note\r\n\r\nEVIL.example\nco.uk\n1.2.3.4:80\nnot a host\n0.0.0.0/0\nlocalhost\n");
        assertThat(count).isEqualTo(new Feeds.Count(1, 5, 1));
        assertThat(rejected).extracting(Feeds.Rejected::line).containsExactly(5, 6, 7, 8, 9);
        assertThat(rejected).allMatch(line -> !line.reason().isEmpty());
    }

    @Test
    void aCsvFeedsHeaderMayStandInItsComment() throws Exception {
        feed("# a feed\n# dst_ip,malware,confidence_level\n\"192.0.2.1\",\"Pikabot\",\"75\"\n192.0.2.2,X,900\n");
        assertThat(indicators).hasSize(1);
        assertThat(indicators.get(0).getLabels()).containsExactly("Pikabot");
        assertThat(indicators.get(0).getConfidence()).isEqualTo(75);
        assertThat(rejected)
                .extracting(Feeds.Rejected::reason)
                .containsExactly("confidence_level '900' is no number of 0 to 100");
    }

    @Test
    void anIndexFileThatWasCutShortIsRefused() throws Exception {
        feed("evil.example\n192.0.2.1\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        IndicatorIndex.write(indicators, out);
        byte[] whole = out.toByteArray();
        assertThat(IndicatorIndex.read(new ByteArrayInputStream(whole)).size()).isEqualTo(2);
        for (int length : new int[] {0, 10, whole.length / 2, whole.length - 1}) {
            assertThatIOException()
                    .isThrownBy(() -> IndicatorIndex.read(new ByteArrayInputStream(Arrays.copyOf(whole, length))));
        }
    }
}
