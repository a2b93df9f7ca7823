package io.trawl.intel.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class FieldsTest {
    @Test
    void everyColumnOfAnEventButItsPlaceIsAField() {
        Set<String> columns = new HashSet<>();
        Fields.all().forEach(field -> columns.addAll(field.columns()));
        assertThat(columns)
                .containsExactlyInAnyOrderElementsOf(ProxyEvent.getClassSchema().getFields().stream()
                        .map(Schema.Field::name)
                        .filter(name -> !Set.of("window", "partition", "offset").contains(name))
                        .toList());
    }

    @Test
    void aColumnHasItsNameInEcs() {
        ProxyEvent event = Events.get("http://www.example.co.uk/a/setup.EXE?x=1#top");
        event.setHttpResponseBytes(1234L);
        event.setUserAgentOriginal("curl/8");
        event.setTimestamp(Instant.parse("2026-11-24T10:00:00.5Z"));

        assertThat(values("url.original", event)).containsExactly("http://www.example.co.uk/a/setup.EXE?x=1#top");
        assertThat(values("http.response.bytes", event)).containsExactly("1234");
        assertThat(values("http.response.body.bytes", event)).containsExactly("1234");
        assertThat(values("user_agent.original", event)).containsExactly("curl/8");
        assertThat(values("@timestamp", event)).containsExactly("2026-11-24T10:00:00.500000Z");
        assertThat(values("http.request.referrer", event)).isEmpty();
        assertThat(Fields.named("url.nothing")).isNull();
    }

    @Test
    void someFieldsAreDerivedFromAColumn() {
        ProxyEvent event = Events.event();
        event.setUrlOriginal("/a/b.tar.gz#top");
        event.setUrlPath("/a/b.tar.gz");
        event.setUrlDomain("WWW.Shop.Example.co.uk");
        event.setDnsQuestionName("10.1.2.3");

        assertThat(values("url.extension", event)).containsExactly("gz");
        assertThat(values("url.fragment", event)).containsExactly("top");
        assertThat(values("url.registered_domain", event)).containsExactly("example.co.uk");
        assertThat(values("url.top_level_domain", event)).containsExactly("co.uk");
        assertThat(values("url.subdomain", event)).containsExactly("www.shop");
        assertThat(values("dns.question.registered_domain", event)).isEmpty();

        for (String path : List.of("/a.b/c", "/a", "/a.", "")) {
            event.setUrlPath(path);
            assertThat(values("url.extension", event)).as(path).isEmpty();
        }
    }

    @Test
    void someFieldsHaveSeveralValues() {
        ProxyEvent event = Events.event();
        event.setDnsAnswersData("192.0.2.1, cdn.example,,v=spf1 -all");
        event.setEmailToAddress("\"Doe, J.\" <j@a.example>, k@b.example,\"x\\\" , y\" <z@c.example>");
        event.setNetworkForwardedIp("10.1.2.3,192.0.2.7");

        assertThat(values("dns.answers.data", event)).containsExactly("192.0.2.1", "cdn.example", "v=spf1 -all");
        assertThat(values("dns.resolved_ip", event)).containsExactly("192.0.2.1");
        assertThat(values("email.to.address", event)).containsExactly("j@a.example", "k@b.example", "z@c.example");
        assertThat(values("network.forwarded_ip", event)).containsExactly("10.1.2.3", "192.0.2.7");
    }

    /** What reads a character again for each that follows takes hours here. */
    @Test
    void aListOfTenMillionCharactersIsReadOnce() {
        ProxyEvent event = Events.event();
        event.setEmailToAddress("<,".repeat(5_000_000));
        event.setDnsAnswersData(",".repeat(10_000_000));
        event.setUrlPath("./".repeat(5_000_000));

        assertThat(values("email.to.address", event)).isEmpty();
        assertThat(values("dns.answers.data", event)).isEmpty();
        assertThat(values("url.extension", event)).isEmpty();
    }

    /** The sieve of rules relies on it. */
    @Test
    void aFieldIsReadFromItsColumnsAlone() {
        ProxyEvent event = Events.get("http://www.example.co.uk/a.exe#b");
        event.setDnsAnswersData("192.0.2.1");
        event.setEmailFromAddress("a@b.example");
        event.setSourceIp("10.1.2.3");
        event.setUrlPath("/a.exe");
        for (Field field : Fields.all()) {
            ProxyEvent alone = new ProxyEvent();
            for (String column : field.columns()) {
                int at = ProxyEvent.getClassSchema().getField(column).pos();
                alone.put(at, event.get(at));
            }
            assertThat(values(field, alone)).as(field.name()).isEqualTo(values(field, event));
        }
    }

    private static List<String> values(String name, ProxyEvent event) {
        Field field = Fields.named(name);
        assertThat(field).as(name).isNotNull();
        return values(field, event);
    }

    private static List<String> values(Field field, ProxyEvent event) {
        List<String> values = new ArrayList<>();
        field.reader().read(event, values::add);
        return values;
    }
}
