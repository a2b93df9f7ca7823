package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.Alert;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AlertLineTest {
    private static Alert alert() {
        Alert alert = new Alert();
        alert.setEventTime(Instant.parse("2026-11-24T10:00:00.123Z"));
        alert.setClient("10.0.0.1");
        alert.setIndicatorValue("evil.example");
        alert.setIndicatorType("domain");
        alert.setField("url.domain");
        alert.setValue("www.evil.example");
        alert.setCount(1);
        alert.setRevision(1);
        return alert;
    }

    @Test
    void columnsStandBeneathTheirHeadings() {
        AlertLine line = new AlertLine(false);
        String heading = line.heading();
        String shown = line.of(alert());
        assertThat(shown).doesNotContain("\u001b");
        assertThat(shown.indexOf("10.0.0.1")).isEqualTo(heading.indexOf("CLIENT"));
        assertThat(shown.indexOf("evil.example")).isEqualTo(heading.indexOf("INDICATOR"));
        assertThat(shown.indexOf("domain")).isEqualTo(heading.indexOf("TYPE"));
        assertThat(shown.indexOf("url.domain")).isEqualTo(heading.indexOf("FIELD"));
        assertThat(shown.indexOf("www.evil.example")).isEqualTo(heading.indexOf("VALUE"));
        assertThat(shown.indexOf("-  ")).as("no feed").isEqualTo(heading.indexOf("FEED"));
        assertThat(shown.lastIndexOf("1")).isEqualTo(heading.indexOf("COUNT"));
    }

    @Test
    void aRevisionIsDimAndAnAlertIsNot() {
        AlertLine line = new AlertLine(true);
        Alert revision = alert();
        revision.setRevision(3);
        revision.setCount(7);
        assertThat(line.of(revision))
                .startsWith("\u001b[2m2026-11-24T10:00:00.123Z")
                .endsWith("7\u001b[0m");
        assertThat(line.of(alert())).startsWith("2026-11-24T10:00:00.123Z").contains("\u001b[1m\u001b[31mevil.example");
    }

    @Test
    void whatAStrangerWroteDoesNotSteerTheTerminal() {
        Alert alert = alert();
        alert.setValue("a\u001b[2Jb\u009b1mc\u202ed\ne");
        assertThat(new AlertLine(false).of(alert)).contains("a?[2Jb?1mc?d?e").doesNotContain("\u001b", "\u009b", "\n");
    }
}
