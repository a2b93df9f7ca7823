package io.trawl.parsing.mapping;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a column may be mapped to: a field of ProxyEvent, or what several of them are made of. */
public enum Field {
    TIMESTAMP,
    /** A request line, {@code GET /a HTTP/1.1}: method, URL and version. */
    REQUEST,
    HTTP_REQUEST_METHOD,
    HTTP_VERSION,
    /** The request's target as logged: everything that a URL has is made of it. */
    URL_ORIGINAL,
    URL_SCHEME,
    URL_DOMAIN,
    URL_PORT,
    URL_PATH,
    URL_QUERY,
    /** Client, with its port or without; source_ip is made of it. */
    SOURCE_ADDRESS,
    SOURCE_USER_NAME,
    /** Peer, with its port or without; destination_ip is made of it. */
    DESTINATION_ADDRESS,
    DESTINATION_DOMAIN,
    /** A port alone, or that of an address. */
    DESTINATION_PORT,
    HTTP_REQUEST_REFERRER,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_RESPONSE_BYTES,
    HTTP_RESPONSE_MIME_TYPE,
    USER_AGENT_ORIGINAL,
    EVENT_ACTION,
    EVENT_DURATION,
    PROXY_HIERARCHY,
    OBSERVER_HOSTNAME;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As a declaration names it. */
    public String label() {
        return label;
    }

    /** The field of a name; null where there is none. */
    public static @Nullable Field of(String label) {
        for (Field field : values()) {
            if (field.label.equals(label)) {
                return field;
            }
        }
        return null;
    }
}
