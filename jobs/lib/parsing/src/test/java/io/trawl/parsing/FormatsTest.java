package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class FormatsTest {
    @Test
    void everyNameHasItsParser() {
        assertThat(Formats.names())
                .containsExactly("squid", "combined", "squid-combined")
                .allSatisfy(name -> {
                    Parser parser = Formats.parser(name, ZoneOffset.UTC);
                    assertThat(parser.name()).isEqualTo(name);
                    assertThat(parser.id()).isEqualTo(name + "/" + parser.version());
                });
    }

    @Test
    void anUnknownFormatNamesTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formats.parser("sqid", ZoneOffset.UTC))
                .withMessage("format sqid: expected one of squid, combined, squid-combined");
    }

    @Test
    void codesAreLowerCaseWithHyphens() {
        assertThat(Reason.values())
                .extracting(Reason::code)
                .containsExactly(
                        "empty",
                        "syntax",
                        "timestamp",
                        "duration",
                        "status",
                        "size",
                        "envelope",
                        "oversize",
                        "expectation",
                        "bug");
    }
}
