package io.trawl.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Settings;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an audit warns of invalid lines. */
class InvalidShareTest {
    /** Some windows, of 1,000 lines each. */
    private static List<InvalidShare.Share> after(int windows, long invalid) {
        return Collections.nCopies(windows, new InvalidShare.Share(1_000, invalid));
    }

    private static List<String> why(List<InvalidShare.Share> before, long lines, long invalid, int limit, int growth) {
        return new InvalidShare(before, new InvalidShare.Share(lines, invalid)).why(limit, growth);
    }

    @ParameterizedTest
    @CsvSource({"100, 0", "101, 1", "0, 0", "1000, 1"})
    void moreThanTheLimitIsTooMany(long invalid, int reasons) {
        assertThat(why(List.of(), 1_000, invalid, 10, 4)).hasSize(reasons);
    }

    @Test
    void aWindowWithoutALineIsFine() {
        assertThat(why(after(3, 0), 0, 0, 0, 2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"20, 0", "21, 1", "5, 0"})
    void moreThanFourTimesTheShareOfTheWindowsBeforeIsTooMany(long invalid, int reasons) {
        assertThat(why(after(3, 5), 1_000, invalid, 100, 4))
                .hasSize(reasons)
                .allMatch(reason -> reason.equals(
                        "more than 4 times the 0.50 % of the 3 windows before (setting audit.invalid.growth)"));
    }

    @Test
    void afterWindowsWithoutAnyTenAreTooManyAndNineAreNot() {
        assertThat(why(after(1, 0), 1_000_000, 10, 100, 4))
                .containsExactly("more than 4 times the 0.00 % of the 1 window before (setting audit.invalid.growth)");
        assertThat(why(after(1, 0), 1_000_000, 9, 100, 4)).isEmpty();
        assertThat(why(after(1, 0), 1_000_000, 10, 100, 0)).as("switched off").isEmpty();
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
