package io.trawl.schema;

import io.trawl.record.ProxyEvent;
import org.jspecify.annotations.Nullable;

/**
 * Whether all texts of an event are plain, field by field: {@link Expectations} would ask the record for each by its
 * number, which costs more than to look at the texts. A test holds that no field is missing here.
 */
final class EventTexts {
    private EventTexts() {}

    static boolean arePlain(ProxyEvent event) {
        return isPlain(event.getObserverHostname())
                && isPlain(event.getEventAction())
                && isPlain(event.getSourceAddress())
                && (isSame(event.getSourceIp(), event.getSourceAddress()) || isPlain(event.getSourceIp()))
                && isPlain(event.getSourceUserName())
                && isPlain(event.getDestinationAddress())
                && (isSame(event.getDestinationIp(), event.getDestinationAddress())
                        || isPlain(event.getDestinationIp()))
                && (isSame(event.getDestinationDomain(), event.getUrlDomain()) || isPlain(event.getDestinationDomain()))
                && isPlain(event.getProxyHierarchy())
                && isPlain(event.getHttpRequestMethod())
                && isPlain(event.getHttpVersion())
                && isPlain(event.getHttpRequestReferrer())
                && isPlain(event.getHttpResponseMimeType())
                && isPlain(event.getUrlOriginal())
                && (isSame(event.getUrlFull(), event.getUrlOriginal()) || isPlain(event.getUrlFull()))
                && isPlain(event.getUrlScheme())
                && isPlain(event.getUrlDomain())
                && isPlain(event.getUrlPath())
                && isPlain(event.getUrlQuery())
                && isPlain(event.getUserAgentOriginal())
                && isPlain(event.getEventCategory())
                && isPlain(event.getRuleName())
                && isPlain(event.getNetworkTransport())
                && isPlain(event.getNetworkProtocol())
                && isPlain(event.getNetworkApplication())
                && isPlain(event.getNetworkDirection())
                && isPlain(event.getDnsQuestionName())
                && isPlain(event.getDnsQuestionType())
                && isPlain(event.getDnsResponseCode())
                && isPlain(event.getDnsAnswersData())
                && isPlain(event.getTlsClientServerName())
                && isPlain(event.getTlsClientJa3())
                && isPlain(event.getTlsClientJa4())
                && isPlain(event.getTlsServerJa3s())
                && isPlain(event.getTlsServerHashSha1())
                && isPlain(event.getFileHashMd5())
                && isPlain(event.getFileHashSha1())
                && isPlain(event.getFileHashSha256())
                && isPlain(event.getEmailFromAddress())
                && isPlain(event.getEmailToAddress())
                && isPlain(event.getNetworkForwardedIp());
    }

    private static boolean isPlain(@Nullable String text) {
        return text == null || PlainText.isPlain(text);
    }

    /** A field is often the same text as another one, which is looked at once. */
    private static boolean isSame(@Nullable Object one, @Nullable Object other) {
        return one == other;
    }
}
