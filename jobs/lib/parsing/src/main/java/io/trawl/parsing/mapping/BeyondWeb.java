package io.trawl.parsing.mapping;

import io.trawl.record.ProxyEvent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields that logs of DNS, TLS, firewalls and files have. */
final class BeyondWeb {
    private BeyondWeb() {}

    /** @param bytes null if the column has no number: the line is good for all else */
    static void set(Field field, @Nullable Long bytes, ProxyEvent into) {
        switch (field) {
            case NETWORK_BYTES -> into.setNetworkBytes(bytes);
            case SOURCE_BYTES -> into.setSourceBytes(bytes);
            case DESTINATION_BYTES -> into.setDestinationBytes(bytes);
            default -> throw new IllegalArgumentException(field.label() + " is no count of bytes");
        }
    }

    static void set(Field field, String text, ProxyEvent into) {
        switch (field) {
            case EVENT_CATEGORY -> into.setEventCategory(text);
            case RULE_NAME -> into.setRuleName(text);
            case NETWORK_TRANSPORT -> into.setNetworkTransport(text.toLowerCase(Locale.ROOT));
            case NETWORK_PROTOCOL -> into.setNetworkProtocol(text.toLowerCase(Locale.ROOT));
            case NETWORK_APPLICATION -> into.setNetworkApplication(text);
            case NETWORK_DIRECTION -> into.setNetworkDirection(text);
            case NETWORK_FORWARDED_IP -> into.setNetworkForwardedIp(text);
            case DNS_QUESTION_NAME -> into.setDnsQuestionName(name(text));
            case DNS_QUESTION_TYPE -> into.setDnsQuestionType(text);
            case DNS_RESPONSE_CODE -> into.setDnsResponseCode(text);
            case DNS_ANSWERS_DATA -> into.setDnsAnswersData(text);
            case TLS_CLIENT_SERVER_NAME -> into.setTlsClientServerName(name(text));
            case TLS_CLIENT_JA3 -> into.setTlsClientJa3(hex(field, text));
            case TLS_CLIENT_JA4 -> into.setTlsClientJa4(text);
            case TLS_SERVER_JA3S -> into.setTlsServerJa3s(hex(field, text));
            case TLS_SERVER_HASH_SHA1 -> into.setTlsServerHashSha1(hex(field, text));
            case FILE_HASH_MD5 -> into.setFileHashMd5(hex(field, text));
            case FILE_HASH_SHA1 -> into.setFileHashSha1(hex(field, text));
            case FILE_HASH_SHA256 -> into.setFileHashSha256(hex(field, text));
            case EMAIL_FROM_ADDRESS -> into.setEmailFromAddress(text);
            case EMAIL_TO_ADDRESS -> into.setEmailToAddress(text);
            default -> throw new IllegalArgumentException(field.label() + " is filled by Mapping");
        }
    }

    /** A name without the dot of the root; null if nothing else is there. */
    private static @Nullable String name(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return name.isEmpty() ? null : name;
    }

    /** A hash in lower-case hex, without colons; null if it has other characters or another length. */
    private static @Nullable String hex(Field field, String text) {
        int digits = field.digits();
        StringBuilder hex = new StringBuilder(digits);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char lower = c >= 'A' && c <= 'F' ? (char) (c + 'a' - 'A') : c;
            boolean isDigit = lower >= '0' && lower <= '9' || lower >= 'a' && lower <= 'f';
            if (isDigit) {
                hex.append(lower);
            }
            if (!isDigit && c != ':' || hex.length() > digits) {
                return null;
            }
        }
        return hex.length() == digits ? hex.toString() : null;
    }
}
