package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Ip;
import io.trawl.parsing.internal.Addresses;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Parsers and indicators read addresses by code of their own, since neither module knows the other: an address that the two
 * write differently would never match.
 */
class AddressFormsTest {
    private static final String CHARACTERS = "0123456789abcdefABCDEF:::..gG";

    /** What an indicator is that has this text. */
    private static @Nullable String ofIndicator(String text) {
        if (Ip.canonical4(text, 0, text.length()) >= 0) {
            return text;
        }
        byte[] bytes = text.indexOf(':') < 0 ? null : Ip.parse6(text);
        return bytes == null ? null : Ip.text(bytes);
    }

    @Test
    void bothWriteAnAddressInTheSameForm() {
        for (String text : List.of(
                "192.0.2.1",
                "2001:DB8::1",
                "2001:db8:0:0:1:0:0:1",
                "::",
                "1::",
                "::ffff:192.0.2.1",
                "::FFFF:c000:201",
                "64:ff9b::192.0.2.1",
                "64:ff9b:0:0:0:0:c000:201",
                "::192.0.2.1",
                "fe80::1%eth0")) {
            assertThat(Addresses.canonical(text)).as(text).isNotNull().isEqualTo(ofIndicator(text));
        }
    }

    @Test
    void bothTakeTheSameTextsForAddresses() {
        SplittableRandom random = new SplittableRandom(14);
        int addresses = 0;
        for (int i = 0; i < 300_000; i++) {
            String text = i % 2 == 0 ? address(random) : characters(random);
            String form = Addresses.canonical(text);
            assertThat(form).as("'%s'", text).isEqualTo(ofIndicator(text));
            addresses += form == null ? 0 : 1;
        }
        assertThat(addresses).isGreaterThan(50_000);
    }

    private static String characters(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(1, 24); length > 0; length--) {
            text.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        return text.toString();
    }

    /** Mostly an address: a character may be another one. */
    private static String address(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        if (random.nextInt(3) == 0) {
            four(random, text);
        } else {
            int groups = random.nextInt(1, 9);
            int gap = random.nextInt(-1, 8);
            for (int i = 0; i < groups; i++) {
                if (i == gap) {
                    text.append(i == 0 ? "::" : ":");
                }
                text.append(Integer.toHexString(random.nextInt(3) == 0 ? 0 : random.nextInt(1 << 16)));
                text.append(i < groups - 1 ? ":" : "");
            }
            if (gap >= groups) {
                text.append("::");
            }
            if (random.nextInt(4) == 0) {
                text.append(":");
                four(random, text);
            }
        }
        if (random.nextInt(4) == 0) {
            text.setCharAt(random.nextInt(text.length()), CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        return text.toString();
    }

    private static void four(SplittableRandom random, StringBuilder text) {
        for (int i = 0; i < 4; i++) {
            text.append(i == 0 ? "" : ".").append(random.nextInt(260));
        }
    }
}
