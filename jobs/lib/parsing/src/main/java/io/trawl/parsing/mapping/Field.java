package io.trawl.parsing.mapping;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
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
    OBSERVER_HOSTNAME,
    // From here on: fields of logs of DNS, TLS, firewalls and files.
    EVENT_CATEGORY,
    RULE_NAME,
    NETWORK_TRANSPORT,
    NETWORK_PROTOCOL,
    NETWORK_APPLICATION,
    NETWORK_DIRECTION,
    /** A list of addresses: X-Forwarded-For. */
    NETWORK_FORWARDED_IP,
    NETWORK_BYTES,
    SOURCE_BYTES,
    DESTINATION_BYTES,
    /** A name, with the dot of the root or without. */
    DNS_QUESTION_NAME,
    DNS_QUESTION_TYPE,
    DNS_RESPONSE_CODE,
    /** Answers with a comma between them. */
    DNS_ANSWERS_DATA,
    TLS_CLIENT_SERVER_NAME,
    TLS_CLIENT_JA3,
    TLS_CLIENT_JA4,
    TLS_SERVER_JA3S,
    /** In hex, with colons or without. */
    TLS_SERVER_HASH_SHA1,
    FILE_HASH_MD5,
    FILE_HASH_SHA1,
    FILE_HASH_SHA256,
    EMAIL_FROM_ADDRESS,
    EMAIL_TO_ADDRESS;

    /** Those whose values are read as numbers, times, or ends of a connection. */
    private static final Set<Field> READ = EnumSet.of(
            TIMESTAMP,
            URL_PORT,
            SOURCE_ADDRESS,
            DESTINATION_ADDRESS,
            DESTINATION_PORT,
            HTTP_RESPONSE_STATUS_CODE,
            HTTP_RESPONSE_BYTES,
            EVENT_DURATION,
            NETWORK_BYTES,
            SOURCE_BYTES,
            DESTINATION_BYTES);

    /** Texts that nothing is made of: an empty one and a dash may stand in an event. */
    private static final Set<Field> TAKEN_AS_IT_IS = EnumSet.of(
            HTTP_REQUEST_METHOD,
            SOURCE_USER_NAME,
            HTTP_REQUEST_REFERRER,
            HTTP_RESPONSE_MIME_TYPE,
            USER_AGENT_ORIGINAL,
            EVENT_ACTION,
            OBSERVER_HOSTNAME,
            EVENT_CATEGORY,
            RULE_NAME,
            NETWORK_TRANSPORT,
            NETWORK_PROTOCOL,
            NETWORK_APPLICATION,
            NETWORK_DIRECTION,
            DNS_QUESTION_TYPE,
            DNS_RESPONSE_CODE);

    /** Digits of a hash in hex. */
    private static final int MD5 = 32;

    private static final int SHA1 = 40;
    private static final int SHA256 = 64;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As a declaration names it. */
    public String label() {
        return label;
    }

    /** Whether it is of logs of DNS, TLS, firewalls and files. */
    public boolean isBeyondWeb() {
        return ordinal() > OBSERVER_HOSTNAME.ordinal();
    }

    /** Whether its value is a text. */
    boolean isText() {
        return !READ.contains(this);
    }

    /** Whether it may be an empty text or a dash, if a format says that neither means "nothing". */
    boolean isTakenAsItIs() {
        return TAKEN_AS_IT_IS.contains(this);
    }

    /** Whether it is a hash in hex. */
    public boolean isHash() {
        return digits() > 0;
    }

    /** How many digits of hex a value has; 0 if it is not a hash. */
    int digits() {
        return switch (this) {
            case TLS_CLIENT_JA3, TLS_SERVER_JA3S, FILE_HASH_MD5 -> MD5;
            case TLS_SERVER_HASH_SHA1, FILE_HASH_SHA1 -> SHA1;
            case FILE_HASH_SHA256 -> SHA256;
            default -> 0;
        };
    }

    /** The field of a name; null if there is none. */
    public static @Nullable Field of(String label) {
        for (Field field : values()) {
            if (field.label.equals(label)) {
                return field;
            }
        }
        return null;
    }
}
