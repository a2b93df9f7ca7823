package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.Parser;
import io.trawl.record.ProxyEvent;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client behind proxies: the address that the last proxy of one's own was asked by. */
class ForwardedTest {
    private static final Parser FORMAT = Formats.shipped().parser("format-string", ZoneOffset.UTC);

    private static ProxyEvent event(int proxies, String list) {
        String line =
                "10.0.0.9 - - [26/Dec/2016:16:16:28 +0200] \"GET / HTTP/1.1\" 200 45 \"-\" \"curl\" \"" + list + "\"";
        ProxyEvent event = new ProxyEvent();
        assertThat(Forwarded.behind(proxies, FORMAT).parse(line.getBytes(StandardCharsets.UTF_8), event))
                .isNull();
        return event;
    }

    /** What a parser of others does not hand on, they do not do: records, for example. All but plain lines, which know no list. */
    @ParameterizedTest
    @ValueSource(classes = {Forwarded.class, FirstOf.class})
    void aParserOfOthersHandsOnAllThatOneCanDo(Class<?> wrapper) {
        assertThat(Stream.of(Parser.class.getMethods())
                        .filter(Method::isDefault)
                        .filter(can -> !can.getName().equals("plainLine"))
                        .filter(can -> Stream.of(wrapper.getDeclaredMethods())
                                .noneMatch(own -> own.getName().equals(can.getName())
                                        && Arrays.equals(own.getParameterTypes(), can.getParameterTypes()))))
                .isEmpty();
    }

    @Test
    void withoutTheSettingThePeerIsTheClientAndTheListIsKept() {
        ProxyEvent event = event(0, "203.0.113.7, 192.0.2.1");
        assertThat(event.getSourceIp()).isEqualTo("10.0.0.9");
        assertThat(event.getNetworkForwardedIp()).isEqualTo("203.0.113.7, 192.0.2.1");
        assertThat(event(0, "-").getNetworkForwardedIp()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 192.0.2.1 | 192.0.2.1",
                "1 | 203.0.113.7, 192.0.2.1 | 192.0.2.1",
                "2 | 203.0.113.7, 192.0.2.1 | 203.0.113.7",
                "2 | 8.8.8.8,203.0.113.7,192.0.2.1 | 203.0.113.7",
                "3 | 203.0.113.7, 192.0.2.1 | 203.0.113.7",
                "1 | 203.0.113.7,+192.0.2.1 | 192.0.2.1",
                "2 | 203.0.113.7,+192.0.2.1,+192.0.2.2 | 192.0.2.1",
                "1 | 203.0.113.7, 192.0.2.1:4711 | 192.0.2.1",
                "1 | 203.0.113.7, [2001:DB8::1]:4711 | 2001:db8::1",
                "1 | 203.0.113.7, 2001:DB8:0::1 | 2001:db8::1",
                "1 | 203.0.113.7, ::ffff:192.0.2.1 | 192.0.2.1"
            })
    void theAddressCountsThatOnesOwnProxyAppended(int proxies, String list, String client) {
        ProxyEvent event = event(proxies, list);
        assertThat(event.getSourceIp()).isEqualTo(client);
        assertThat(event.getSourceAddress()).isEqualTo(client);
        assertThat(event.getNetworkForwardedIp()).isEqualTo(list);
    }

    /** Nothing in front of that address is taken in its place: the client may have written it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"203.0.113.7, unknown", "203.0.113.7,", "203.0.113.7, 10.0.0.1x", ",", "203.0.113.7, _hidden"})
    void whereThatIsNoAddressThePeerStays(String list) {
        assertThat(event(1, list).getSourceIp()).isEqualTo("10.0.0.9");
    }

    @Test
    void aControlCharacterMakesNoAddress() {
        ProxyEvent event = event(1, "192.0.2.1\\x00");
        assertThat(event.getSourceIp()).isEqualTo("10.0.0.9");
        assertThat(event.getNetworkForwardedIp()).isEqualTo("192.0.2.1%00");
    }

    @Test
    void itIsTheFormatsThatItReads() {
        Parser both = Formats.shipped().parser(List.of("squid", "format-string"), ZoneOffset.UTC);
        Parser behind = Forwarded.behind(1, both);
        assertThat(behind.id()).isEqualTo(both.id());
        assertThat(behind.formats()).isEqualTo(both.formats());
        List<String> by = new ArrayList<>();
        ProxyEvent event = new ProxyEvent();
        byte[] line = "10.0.0.9 - - [26/Dec/2016:16:16:28 +0200] \"GET / HTTP/1.1\" 200 45 \"-\" \"-\" \"192.0.2.1\""
                .getBytes(StandardCharsets.UTF_8);
        assertThat(behind.withoutArrival().under("#Fields: x").parse(line, null, event, one -> by.add(one.name())))
                .isNull();
        assertThat(by).containsExactly("format-string");
        assertThat(event.getSourceIp()).isEqualTo("192.0.2.1");
    }
}
