package io.trawl.intel.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The sieve against the index that it stands before. */
class EventSievePropertiesTest extends IndexCases {
    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void theSieveHoldsBackNoMatch(
            @ForAll("indicators") List<Indicator> indicators, @ForAll("events") ProxyEvent event, @ForAll boolean web) {
        IndicatorIndex index = IndicatorIndex.of(indicators);

        if (!passes(index.eventSieve(), event, web)) {
            assertThat(Events.matches(index, event, web)).isEmpty();
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void theSieveHoldsBackNearlyAllThatHasNothingToDoWithAnyIndicator(
            @ForAll("indicators") List<Indicator> indicators) {
        EventSieve sieve = IndicatorIndex.of(indicators.stream()
                        .filter(indicator -> !indicator.getType().equals("url-path"))
                        .toList())
                .eventSieve();

        long passed = IntStream.range(0, 1_000)
                .filter(i -> passes(sieve, Events.get("http://elsewhere" + i + ".test/a"), true))
                .count();
        assertThat(passed).isLessThan(100);
    }

    /** As {@link EventSieve} says that it is used. */
    private static boolean passes(EventSieve sieve, ProxyEvent event, boolean web) {
        String domain = event.getUrlDomain();
        String full = event.getUrlFull();
        byte[] host = domain == null ? new byte[0] : domain.getBytes(StandardCharsets.UTF_8);
        return sieve.anyUrl()
                || domain != null && sieve.domain(domain)
                || event.getDestinationIp() != null && sieve.address(event.getDestinationIp())
                || event.getHttpRequestReferrer() != null && sieve.referrer(event.getHttpRequestReferrer())
                || event.getUserAgentOriginal() != null && sieve.userAgent(event.getUserAgentOriginal())
                || web && event.getSourceIp() != null && sieve.address(event.getSourceIp())
                || sieve.beyondWeb().entrySet().stream().anyMatch(field -> {
                    Object value = event.get(
                            ProxyEvent.SCHEMA$.getField(field.getKey()).pos());
                    return value != null && field.getValue().test((String) value);
                })
                || full != null
                        && (domain == null
                                || !EventSieve.isPlainly(
                                        ByteBuffer.wrap(full.getBytes(StandardCharsets.UTF_8)), host, 0, host.length));
    }
}
