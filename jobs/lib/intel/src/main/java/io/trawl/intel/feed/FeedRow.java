package io.trawl.intel.feed;

import io.trawl.intel.canonical.Canonical;
import io.trawl.record.Indicator;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a row says besides the indicator, as text; empty if it says nothing. */
record FeedRow(String type, String confidence, String from, String until, List<String> labels) {
    static final FeedRow EMPTY = new FeedRow("", "", "", "", List.of());

    static FeedRow ofType(String type) {
        return type.isEmpty() ? EMPTY : new FeedRow(type, "", "", "", List.of());
    }

    /** @return what is wrong with it, null if nothing is */
    @Nullable
    String fill(Indicator indicator) {
        if (!confidence.isEmpty()) {
            int number = confidence(confidence);
            if (number < 0) {
                return "confidence '" + confidence + "'; expected 0 to 100, or none, low, medium or high";
            }
            indicator.setConfidence(number);
        }
        Instant validFrom = from.isEmpty() ? null : time(from);
        Instant validUntil = until.isEmpty() ? null : time(until);
        if (validFrom == null && !from.isEmpty() || validUntil == null && !until.isEmpty()) {
            return "time '" + (validFrom == null && !from.isEmpty() ? from : until)
                    + "'; expected ISO-8601, for example 2026-11-24T10:00:00Z";
        }
        if (validFrom != null && validUntil != null && !validFrom.isBefore(validUntil)) {
            return "valid from " + validFrom + " until " + validUntil + ": never";
        }
        indicator.setValidFrom(validFrom);
        indicator.setValidUntil(validUntil);
        Set<String> names = new TreeSet<>();
        for (String column : labels) {
            for (String label : column.split("[|;,]", -1)) {
                if (!label.isBlank()) {
                    names.add(label.strip());
                }
            }
        }
        indicator.setLabels(new ArrayList<>(names));
        return null;
    }

    private static int confidence(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "none" -> 0;
            case "low" -> 15;
            case "medium", "med" -> 50;
            case "high" -> 85;
            default -> Canonical.decimal(text, 0, text.length(), 100);
        };
    }

    private static @Nullable Instant time(String text) {
        String iso = text.endsWith(" UTC") ? text.substring(0, text.length() - 4) + "Z" : text;
        iso = iso.replace(' ', 'T');
        try {
            if (iso.length() == 10 && iso.indexOf('-') < 0) {
                return Instant.ofEpochSecond(Long.parseLong(iso));
            }
            if (iso.length() == 10) {
                return LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            boolean offset = iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10;
            Instant instant = offset
                    ? OffsetDateTime.parse(iso).toInstant()
                    : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
            return instant.truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeException | NumberFormatException e) {
            return null;
        }
    }
}
