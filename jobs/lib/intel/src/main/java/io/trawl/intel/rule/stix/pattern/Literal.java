package io.trawl.intel.rule.stix.pattern;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A constant of a pattern; as text it is as a pattern has it. */
public sealed interface Literal {
    /** A string, its escapes undone. */
    record Text(String text) implements Literal {
        @Override
        public String toString() {
            return quoted(text);
        }
    }

    /**
     * An integer or a float.
     *
     * @param number a float has digits after the point, an integer none
     */
    record Number(BigDecimal number) implements Literal {
        @Override
        public String toString() {
            return number.toPlainString();
        }
    }

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Literal {
        @Override
        public String toString() {
            return String.valueOf(value);
        }
    }

    /** Bytes in hex digits, an even number of them. */
    record Hex(String digits) implements Literal {
        public Hex {
            digits = digits.toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return "h'" + digits + "'";
        }
    }

    /** Bytes in Base64. */
    record Binary(String base64) implements Literal {
        @Override
        public String toString() {
            return "b'" + base64 + "'";
        }
    }

    /** A time in UTC, as the pattern has it: the grammar takes days that no month has, such as 30 February. */
    record Timestamp(String text) implements Literal {
        /** The time; null if there is no such day. */
        public @Nullable Instant instant() {
            try {
                boolean leap = text.startsWith("60", 17);
                String time = leap ? text.substring(0, 17) + "59" + text.substring(19) : text;
                // Digits beyond nanoseconds say nothing about any log.
                time = time.length() > 30 ? time.substring(0, 29) + "Z" : time;
                Instant instant = LocalDateTime.parse(time.substring(0, time.length() - 1))
                        .toInstant(ZoneOffset.UTC);
                return leap ? instant.plusSeconds(1) : instant;
            } catch (DateTimeException e) {
                return null;
            }
        }

        @Override
        public String toString() {
            return "t'" + text + "'";
        }
    }

    /** The text that it is equal to; bytes are equal to the text that has them as its characters. Null if it is none. */
    default @Nullable String text() {
        if (this instanceof Text text) {
            return text.text;
        }
        if (this instanceof Hex hex) {
            return new String(HexFormat.of().parseHex(hex.digits), StandardCharsets.ISO_8859_1);
        }
        if (this instanceof Binary binary) {
            return new String(Base64.getDecoder().decode(binary.base64), StandardCharsets.ISO_8859_1);
        }
        return null;
    }

    /** A text as a pattern has it, in quotes. */
    static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
