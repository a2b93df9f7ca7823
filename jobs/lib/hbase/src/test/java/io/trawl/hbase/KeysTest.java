package io.trawl.hbase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.canonical.Observables;
import io.trawl.record.Observable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
    @ParameterizedTest
    @CsvSource({"www.evil.example,example.evil.www", "example,example", "a..b,b..a", ".a,a.", "a.,.a", ".,."})
    void labelsAreReversed(String host, String reversed) {
        assertThat(Keys.reversed(host)).isEqualTo(reversed);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,00000000000000000000ffffc0000207",
        "2001:db8::1,20010db8000000000000000000000001",
        "evil.example,",
        "1.2.3.example,",
        "1.2.3,",
        "256.1.1.1,",
        "'',"
    })
    void anAddressTakesSixteenBytes(String text, @Nullable String bytes) {
        byte[] address = Keys.address(text);

        assertThat(address == null ? null : HexFormat.of().formatHex(address)).isEqualTo(bytes);
    }

    private static Observable observable(String type, String value, String source, String window) {
        Observable observable = new Observable();
        observable.setType(type);
        observable.setValue(value);
        observable.setSource(source);
        observable.setWindow(Instant.parse(window));
        return observable;
    }

    private static byte[] row(String type, String value) {
        return Keys.observable(64, observable(type, value, "proxy", "2026-11-24T10:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "www.evil.example,evil.example",
        "evil.example,evil.example",
        "a.b.evil.co.uk,evil.co.uk",
        // On the list as s3.amazonaws.com, in the part of owners: what is beneath amazonaws.com has one salt.
        "bucket.s3.amazonaws.com,amazonaws.com",
        // A city's rule is below a name that is not on the list itself.
        "shop.x.kawasaki.jp,kawasaki.jp",
        "www.ck,www.ck",
        "a.b.ck,a.b.ck",
        "co.uk,",
        "localhost,",
        "a..b,.b"
    })
    void aHostIsSaltedByTheShortestParentThatIsNotAPublicSuffix(String host, @Nullable String domain) {
        assertThat(SaltDomains.of(host)).isEqualTo(domain);
    }

    @Test
    void whatIsBeneathADomainIsOneRangeOfOneSalt() {
        List<String> labels =
                List.of("evil", "com", "co", "uk", "jp", "kawasaki", "ck", "www", "a|b", "x\u0000y", "gov");
        Random random = new Random(13);
        int checked = 0;
        for (int i = 0; i < 20_000; i++) {
            String host = labels(labels, random);
            String below = labels(labels, random);
            // A value with a control character is nobody's question.
            if (SaltDomains.of(host) == null || !Keys.safe(host).equals(host)) {
                continue;
            }
            byte[] prefix = Keys.key(Keys.domainSalt(64, host), Keys.DOMAIN, Keys.domain(host));
            assertThat(Bytes.startsWith(row("domain", host), prefix)).as(host).isTrue();
            assertThat(Bytes.startsWith(row("domain", below + "." + host), prefix))
                    .as(below + "." + host)
                    .isTrue();
            assertThat(Bytes.startsWith(row("domain", below + host), prefix))
                    .as(below + host)
                    .isFalse();
            checked++;
        }
        assertThat(checked).isGreaterThan(5_000);
    }

    private static String labels(List<String> labels, Random random) {
        List<String> some = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            some.add(labels.get(random.nextInt(labels.size())));
        }
        return String.join(".", some);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7,192.0.255.1,true", "192.0.2.7,192.1.2.7,false", "2001:db8:1::1,2001:db8:1:ffff::1,true"})
    void anAddressIsSaltedByItsNetwork(String one, String other, boolean same) {
        assertThat(Arrays.equals(Keys.network(Keys.address(one)), Keys.network(Keys.address(other))))
                .isEqualTo(same);
        if (same) {
            assertThat(row("ipv4", one)[0]).isEqualTo(row("ipv4", other)[0]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "domain,www.evil.example",
        "domain,a..b",
        "domain,'a|b.evil.example'",
        "ipv4,192.0.2.7",
        "ipv6,2001:db8::1",
        "user_agent,Mozilla/5.0 (X11)"
    })
    void theKeyOfAnObservableHasItsValueAndType(String type, String value) {
        byte[] row = row(type, value);

        assertThat(Keys.isAltered(row)).isFalse();
        assertThat(Keys.valueOf(row)).isEqualTo(value);
        assertThat(Keys.typeOf(row)).isEqualTo(type);
    }

    @Test
    void noControlCharacterReachesAKeyAndNoValueAnothersKey() {
        String evil = "x\u0000y.evil.example";
        String other = "x\u0001y.evil.example";
        byte[] row = row("domain", evil);

        assertThat(Keys.isAltered(row)).isTrue();
        assertThat(Keys.valueOf(row)).isNull();
        assertThat(row).isNotEqualTo(row("domain", other)).isNotEqualTo(row("domain", "x?y.evil.example"));
        String text = new String(row, 2, row.length - 2, StandardCharsets.ISO_8859_1);
        assertThat(text).startsWith("example.evil.x?y.\u00ff").matches("[^\\x00]+\u0000\u007f.{3}proxy");
        assertThat(Bytes.startsWith(Keys.terminated("10.0.0.1\u0000x"), Keys.terminated("10.0.0.1")))
                .isFalse();
        assertThat(Keys.terminated("a".repeat(5_000))).isNotEqualTo(Keys.terminated("a".repeat(5_001)));
    }

    @Test
    void userAgentsOfAnyLengthHaveBoundedKeysOfTheirOwn() {
        List<String> agents =
                new ArrayList<>(List.of("a", "a ", "a\u0000", "a\u0001", "a?", "a\u009b", "A", "evil.example"));
        for (String end : List.of("x", "y", "\u0000", "x".repeat(1 << 20), "y".repeat(1 << 20))) {
            agents.add("x".repeat(3_999) + end);
            agents.add("x".repeat(4_100) + end);
        }
        Set<String> keys = new TreeSet<>();
        for (String agent : agents) {
            String value = Objects.requireNonNull(Observables.userAgent(agent)).value();
            byte[] row = row("user_agent", value);
            // But for the byte that ends the text, and what follows it: day and source.
            String text = new String(row, 2, row.length - 2 - 10, StandardCharsets.ISO_8859_1);
            assertThat(row.length).isLessThan(4_100);
            assertThat(text).doesNotContainPattern("[\\x00-\\x1f\\x7f]");
            assertThat(Keys.typeOf(row)).isEqualTo("user_agent");
            assertThat(Keys.isAltered(row) || value.equals(Keys.valueOf(row))).isTrue();
            keys.add(HexFormat.of().formatHex(row));

            List<Scan> scans = SightingReader.userAgentScans(64, agent);
            assertThat(scans).hasSize(agent.equals(value) ? 1 : 2);
            assertThat(row).startsWith(scans.get(0).getStartRow());
            // Who has the value alone, as the lake has it, finds it, too.
            assertThat(SightingReader.userAgentScans(64, value))
                    .anySatisfy(scan -> assertThat(row).startsWith(scan.getStartRow()));
        }
        assertThat(keys).hasSize(agents.size());
        assertThatThrownBy(() -> SightingReader.userAgentScans(64, "-"))
                .hasMessage("'-' is what logs have for no user agent; expected one, for example curl/8.5.0");
    }

    @Test
    void eachSourceAndEachDayHasARowNewestFirst() {
        byte[] old = Keys.observable(4, observable("domain", "a.example", "one", "2026-11-23T23:59:59Z"));
        byte[] now = Keys.observable(4, observable("domain", "a.example", "one", "2026-11-24T00:00:00Z"));
        byte[] later = Keys.observable(4, observable("domain", "a.example", "one", "2026-11-24T23:00:00Z"));
        byte[] other = Keys.observable(4, observable("domain", "a.example", "two", "2026-11-24T00:00:00Z"));

        assertThat(Arrays.compareUnsigned(now, old)).isNegative();
        assertThat(now).isEqualTo(later).isNotEqualTo(other);
    }

    @Test
    void saltsStayAsTheyAre() {
        // What was written is looked for by these: a change needs new tables, and another Keys.LAYOUT.
        assertThat(HexFormat.of().formatHex(row("domain", "www.evil.co.uk")))
                .isEqualTo("1f44" + "756b2e636f2e6576696c2e7777772e00" + "7fffaed2" + "70726f7879");
        assertThat(HexFormat.of().formatHex(row("ipv4", "192.0.2.7")))
                .isEqualTo("3941" + "00000000000000000000ffffc0000207" + "7fffaed2" + "70726f7879");
    }
}
