package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Plan;
import java.util.List;

/** The format strings of servers, by the server: pasted as they stand in its configuration. */
public final class FormatStrings {
    private FormatStrings() {}

    /** Names of the dialects. */
    public static List<String> dialects() {
        return List.of("apache", "nginx", "squid", "haproxy", "envoy");
    }

    /**
     * @param dialect one of {@link #dialects}
     * @param format the string, with or without the configuration's word and name around it
     * @param more whether lines may have more columns behind
     */
    public static Plan plan(String dialect, String format, boolean more) {
        Line line =
                switch (dialect) {
                    case "apache" -> ApacheFormat.line(format);
                    case "nginx" -> NginxFormat.line(format);
                    case "squid" -> SquidFormat.line(format);
                    case "haproxy" -> HaproxyFormat.line(format);
                    case "envoy" -> EnvoyFormat.line(format);
                    default ->
                        throw new IllegalArgumentException(
                                "dialect " + dialect + ": expected one of " + String.join(", ", dialects()));
                };
        line.more(more);
        return line;
    }

    /** The string without a configuration's word, name and quotes around it. */
    static String unwrapped(String format, String word) {
        String text = format.strip();
        if (!text.regionMatches(true, 0, word + " ", 0, word.length() + 1)) {
            return text;
        }
        text = text.substring(word.length()).strip();
        if (!text.startsWith("\"")) {
            return text;
        }
        StringBuilder inner = new StringBuilder();
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return inner.toString();
            }
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i);
                inner.append(c == '"' ? "" : "\\");
            }
            inner.append(c);
        }
        throw new IllegalArgumentException(word + " has no closing quote; expected " + word + " \"...\"");
    }
}
