package io.trawl.bench.byhand;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The time of the Common Log Format, in its brackets. */
final class ClfTime {
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private ClfTime() {}

    /** [26/Dec/2016:16:16:28 +0200] */
    static @Nullable Failure read(Scanner in, ProxyEvent into) {
        int from = in.at + 1;
        int to = from;
        while (to < in.bytes.length && in.bytes[to] != ']') {
            to++;
        }
        Instant time = to < in.bytes.length && to - from == 26 ? instant(in, from) : null;
        if (time == null) {
            return new Failure(
                    Reason.TIMESTAMP,
                    "timestamp",
                    in.quote(from, to)
                            + " is not a timestamp; expected day/month/year:hour:minute:second zone, for example 26/Dec/2016:16:16:28 +0200");
        }
        into.setTimestamp(time);
        in.at = to + 1;
        return null;
    }

    private static @Nullable Instant instant(Scanner in, int at) {
        byte[] b = in.bytes;
        int month = MONTHS.indexOf(new String(b, at + 3, 3, StandardCharsets.ISO_8859_1));
        boolean shape = b[at + 2] == '/'
                && b[at + 6] == '/'
                && b[at + 11] == ':'
                && b[at + 14] == ':'
                && b[at + 17] == ':'
                && b[at + 20] == ' '
                && (b[at + 21] == '+' || b[at + 21] == '-')
                && month >= 0
                && month % 3 == 0;
        if (!shape) {
            return null;
        }
        long day = in.number(at, at + 2);
        long year = in.number(at + 7, at + 11);
        long hour = in.number(at + 12, at + 14);
        long minute = in.number(at + 15, at + 17);
        long second = in.number(at + 18, at + 20);
        long zoneHours = in.number(at + 22, at + 24);
        long zoneMinutes = in.number(at + 24, at + 26);
        if (day < 0 || year < 0 || hour < 0 || minute < 0 || second < 0 || zoneHours < 0 || zoneMinutes < 0) {
            return null;
        }
        try {
            int zone = (int) (zoneHours * 3600 + zoneMinutes * 60);
            // A leap second is the second before it: java.time has none.
            return LocalDateTime.of((int) year, month / 3 + 1, (int) day, (int) hour, (int) minute, (int)
                            Math.min(second, second == 60 ? 59 : second))
                    .toInstant(ZoneOffset.ofTotalSeconds(b[at + 21] == '-' ? -zone : zone));
        } catch (DateTimeException e) {
            return null;
        }
    }
}
