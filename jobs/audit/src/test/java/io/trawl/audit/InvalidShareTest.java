package io.trawl.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an audit warns of invalid lines. */
class InvalidShareTest {
    private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");

    /** What the audits of some windows, of 1,000 lines each, leave behind. */
    private static ObjectNode after(int windows, long invalid) {
        ObjectNode detail = Json.MAPPER.createObjectNode();
        for (int i = 0; i < windows; i++) {
            InvalidShare share = new InvalidShare(detail, START.plusSeconds(i), 1_000, invalid);
            detail = Json.MAPPER.createObjectNode();
            share.into(detail);
        }
        return detail;
    }

    @ParameterizedTest
    @CsvSource({"100, 0", "101, 1", "0, 0", "1000, 1"})
    void moreThanTheLimitIsTooMany(long invalid, int reasons) {
        assertThat(new InvalidShare(Json.MAPPER.missingNode(), START, 1_000, invalid).why(10, 4))
                .hasSize(reasons);
    }

    @Test
    void aWindowWithoutALineIsFine() {
        assertThat(new InvalidShare(after(3, 0), START, 0, 0).why(0, 2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"20, 0", "21, 1", "5, 0"})
    void moreThanFourTimesTheShareOfTheWindowsBeforeIsTooMany(long invalid, int reasons) {
        assertThat(new InvalidShare(after(3, 5), START, 1_000, invalid).why(100, 4))
                .hasSize(reasons)
                .allMatch(why -> why.equals(
                        "more than 4 times the 0.50 % of the 3 windows before (setting audit.invalid.growth)"));
    }

    @Test
    void afterWindowsWithoutAnyTenAreTooManyAndNineAreNot() {
        assertThat(new InvalidShare(after(1, 0), START, 1_000_000, 10).why(100, 4))
                .containsExactly("more than 4 times the 0.00 % of the 1 window before (setting audit.invalid.growth)");
        assertThat(new InvalidShare(after(1, 0), START, 1_000_000, 9).why(100, 4))
                .isEmpty();
        assertThat(new InvalidShare(after(1, 0), START, 1_000_000, 10).why(100, 0))
                .as("switched off")
                .isEmpty();
    }

    @Test
    void aDayOfWindowsIsRemembered() {
        ObjectNode before = after(30, 5);
        assertThat(before.path("invalid_shares")).hasSize(InvalidShare.WINDOWS);
        assertThat(before.path("invalid_shares").get(23).path("window").asText())
                .isEqualTo("2026-11-24T00:00:29Z");
    }

    @Test
    void settingsThatAreNoShareAreRefused() {
        Settings settings = Settings.defaults();
        InvalidShare.check(settings);
        assertThatThrownBy(() -> InvalidShare.check(settings.with("audit.invalid.limit", "101")))
                .hasMessage(
                        "setting audit.invalid.limit = 101: expected a share in percent from 0 to 100, for example 10"
                                + " (100: no limit)");
        assertThatThrownBy(() -> InvalidShare.check(settings.with("audit.invalid.growth", "1")))
                .hasMessage("setting audit.invalid.growth = 1: expected a multiple of at least 2, for example 4 (0: not"
                        + " compared)");
    }
}
