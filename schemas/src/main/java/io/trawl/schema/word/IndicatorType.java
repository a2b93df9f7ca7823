package io.trawl.schema.word;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an indicator can be: field {@code type} of an indicator, {@code indicator_type} of a detection. */
public enum IndicatorType {
    DOMAIN("domain"),
    IPV4("ipv4"),
    IPV6("ipv6"),
    CIDR("cidr"),
    URL("url"),
    IP_PORT("ip-port"),
    DOMAIN_PORT("domain-port"),
    URL_PATH("url-path"),
    USER_AGENT("user-agent"),
    USER_AGENT_REGEX("user-agent-regex"),
    EMAIL_DOMAIN("email-domain"),
    MD5("md5"),
    SHA1("sha1"),
    SHA256("sha256"),
    URL_PREFIX("url-prefix");

    private static final Map<String, IndicatorType> BY_TEXT =
            Arrays.stream(values()).collect(Collectors.toMap(IndicatorType::text, Function.identity()));

    private final String text;

    IndicatorType(String text) {
        this.text = text;
    }

    /** As records have it. */
    public String text() {
        return text;
    }

    /** The type with a text; null if there is none. */
    public static @Nullable IndicatorType of(String text) {
        return BY_TEXT.get(text);
    }

    /** As records have it. */
    @Override
    public String toString() {
        return text;
    }
}
