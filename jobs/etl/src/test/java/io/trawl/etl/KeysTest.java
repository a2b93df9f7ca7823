package io.trawl.etl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
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
        "'',"
    })
    void anAddressTakesSixteenBytes(String text, @Nullable String bytes) {
        byte[] address = Keys.address(text);

        assertThat(address == null ? null : HexFormat.of().formatHex(address)).isEqualTo(bytes);
    }
}
