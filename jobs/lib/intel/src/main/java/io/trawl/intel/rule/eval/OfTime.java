package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAccessor;
import org.jspecify.annotations.Nullable;

/** A part of a time, compared with a number. A text is a time in ISO 8601; one without an offset is of the zone. */
final class OfTime implements Asked {
    private static final long MICROS = 1_000_000;
    /** Longer than any time that is written in ISO 8601. */
    private static final int LONGEST = 64;

    private final Ask.TimePart part;
    private final ZoneId zone;
    private final Asked number;

    OfTime(Ask.Time time) {
        this.part = time.part();
        this.zone = time.zone();
        this.number = Asked.of(time.ask());
    }

    @Override
    public boolean passes(String value) {
        ZonedDateTime time = read(value);
        return time != null && holds(time);
    }

    @Override
    public boolean passes(long micros) {
        return holds(Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000)
                .atZone(zone));
    }

    private boolean holds(ZonedDateTime time) {
        return number.passes(
                switch (part) {
                    case MINUTE -> time.getMinute();
                    case HOUR -> time.getHour();
                    case DAY -> time.getDayOfMonth();
                    case WEEK -> time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
                    case MONTH -> time.getMonthValue();
                    case YEAR -> time.getYear();
                });
    }

    private @Nullable ZonedDateTime read(String value) {
        if (value.length() > LONGEST) {
            return null;
        }
        try {
            TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME.parse(value);
            return time.isSupported(ChronoField.INSTANT_SECONDS)
                    ? Instant.from(time).atZone(zone)
                    : LocalDateTime.from(time).atZone(zone);
        } catch (DateTimeException none) {
            return null;
        }
    }

    @Override
    public int cost() {
        return 30;
    }
}
