package io.trawl.intel.rule;

import static io.trawl.intel.rule.Fields.address;
import static io.trawl.intel.rule.Fields.text;

import io.trawl.record.ProxyEvent;
import java.util.function.Consumer;

/** The columns of an event that are texts of a log's line. */
final class TextColumns {
    private TextColumns() {}

    static void ofWeb(Consumer<Field> fields) {
        fields.accept(text("event.action", "event_action", ProxyEvent::getEventAction));
        fields.accept(text("source.address", "source_address", ProxyEvent::getSourceAddress));
        fields.accept(address("source.ip", "source_ip", ProxyEvent::getSourceIp));
        fields.accept(text("source.user.name", "source_user_name", ProxyEvent::getSourceUserName));
        fields.accept(text("destination.address", "destination_address", ProxyEvent::getDestinationAddress));
        fields.accept(address("destination.ip", "destination_ip", ProxyEvent::getDestinationIp));
        fields.accept(text("destination.domain", "destination_domain", ProxyEvent::getDestinationDomain));
        fields.accept(text("proxy.hierarchy", "proxy_hierarchy", ProxyEvent::getProxyHierarchy));
        fields.accept(text("http.request.method", "http_request_method", ProxyEvent::getHttpRequestMethod));
        fields.accept(text("http.version", "http_version", ProxyEvent::getHttpVersion));
        fields.accept(text("http.request.referrer", "http_request_referrer", ProxyEvent::getHttpRequestReferrer));
        fields.accept(text("http.response.mime_type", "http_response_mime_type", ProxyEvent::getHttpResponseMimeType));
        fields.accept(text("url.original", "url_original", ProxyEvent::getUrlOriginal));
        fields.accept(text("url.full", "url_full", ProxyEvent::getUrlFull));
        fields.accept(text("url.scheme", "url_scheme", ProxyEvent::getUrlScheme));
        fields.accept(text("url.domain", "url_domain", ProxyEvent::getUrlDomain));
        fields.accept(text("url.path", "url_path", ProxyEvent::getUrlPath));
        fields.accept(text("url.query", "url_query", ProxyEvent::getUrlQuery));
        fields.accept(text("user_agent.original", "user_agent_original", ProxyEvent::getUserAgentOriginal));
    }

    static void beyondWeb(Consumer<Field> fields) {
        fields.accept(text("event.category", "event_category", ProxyEvent::getEventCategory));
        fields.accept(text("rule.name", "rule_name", ProxyEvent::getRuleName));
        fields.accept(text("network.transport", "network_transport", ProxyEvent::getNetworkTransport));
        fields.accept(text("network.protocol", "network_protocol", ProxyEvent::getNetworkProtocol));
        fields.accept(text("network.application", "network_application", ProxyEvent::getNetworkApplication));
        fields.accept(text("network.direction", "network_direction", ProxyEvent::getNetworkDirection));
        fields.accept(text("dns.question.name", "dns_question_name", ProxyEvent::getDnsQuestionName));
        fields.accept(text("dns.question.type", "dns_question_type", ProxyEvent::getDnsQuestionType));
        fields.accept(text("dns.response_code", "dns_response_code", ProxyEvent::getDnsResponseCode));
        fields.accept(text("tls.client.server_name", "tls_client_server_name", ProxyEvent::getTlsClientServerName));
        fields.accept(text("tls.client.ja3", "tls_client_ja3", ProxyEvent::getTlsClientJa3));
        fields.accept(text("tls.client.ja4", "tls_client_ja4", ProxyEvent::getTlsClientJa4));
        fields.accept(text("tls.server.ja3s", "tls_server_ja3s", ProxyEvent::getTlsServerJa3s));
        fields.accept(text("tls.server.hash.sha1", "tls_server_hash_sha1", ProxyEvent::getTlsServerHashSha1));
        fields.accept(text("file.hash.md5", "file_hash_md5", ProxyEvent::getFileHashMd5));
        fields.accept(text("file.hash.sha1", "file_hash_sha1", ProxyEvent::getFileHashSha1));
        fields.accept(text("file.hash.sha256", "file_hash_sha256", ProxyEvent::getFileHashSha256));
    }
}
