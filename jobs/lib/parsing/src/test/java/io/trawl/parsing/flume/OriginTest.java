package io.trawl.parsing.flume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OriginTest {
    private static final byte[] LINE = "1700000000.1 GET http://x/ é".getBytes(StandardCharsets.UTF_8);

    /** Lakes hold these: another identity would make every line of a rerun a new event. */
    @Test
    void identitiesStayWhatTheyWere() {
        // Twice, since what was hashed before must not matter.
        for (int i = 0; i < 2; i++) {
            assertThat(Origin.eventId("proxy-1", "access", "g1", 4711L, LINE, "t", 2, 9))
                    .isEqualTo("02a14af6a347f9ea7eabf597d07b7a78");
            assertThat(Origin.eventId("proxy-1", null, null, 0L, new byte[0], "t", 2, 9))
                    .isEqualTo("0cf0706eb941f26593473760f84d7d6c");
            assertThat(Origin.eventId("pröxy", null, "g", -1L, LINE, "t", 2, 9))
                    .isEqualTo("09731e429916ca8d77b3be8e678bb2c0");
            assertThat(Origin.eventId("proxy-1", "access", "g1", null, LINE, "topic", 2, 9))
                    .isEqualTo("83261bc4ac009c6b6fcd0b1e3c24962b");
            assertThat(Origin.eventId(null, "access", "g1", 5L, LINE, "topic", 3, 10))
                    .isEqualTo("4bd98552912bfb1e5d01bfddacf09eff");
        }
    }

    @Test
    void theFirstRecordOfAMessageHasItsIdentityAndEachFurtherOneItsOwn() {
        String message = "02a14af6a347f9ea7eabf597d07b7a78";
        for (int i = 0; i < 2; i++) {
            assertThat(Origin.recordId(message, 0)).isEqualTo(message);
            assertThat(Origin.recordId(message, 1)).isEqualTo("35363ddfd8732378dad90821a60b1404");
            assertThat(Origin.recordId(message, 9_999)).isEqualTo("4cd2e0cf185f4a63f93c2f02d4ad77c5");
        }
    }
}
