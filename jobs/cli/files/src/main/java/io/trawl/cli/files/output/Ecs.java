package io.trawl.cli.files.output;

import io.trawl.parsing.Failure;
import io.trawl.record.ProxyEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events in the names of the Elastic Common Schema, nested; what an event has not is left out. {@code proxy.hierarchy}
 * is the one name that ECS does not have.
 */
public final class Ecs {
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("timestamp", "@timestamp"),
            Map.entry("event_action", "event.action"),
            Map.entry("event_duration", "event.duration"),
            Map.entry("source_address", "source.address"),
            Map.entry("source_ip", "source.ip"),
            Map.entry("source_user_name", "source.user.name"),
            Map.entry("destination_address", "destination.address"),
            Map.entry("destination_ip", "destination.ip"),
            Map.entry("destination_domain", "destination.domain"),
            Map.entry("destination_port", "destination.port"),
            Map.entry("proxy_hierarchy", "proxy.hierarchy"),
            Map.entry("http_request_method", "http.request.method"),
            Map.entry("http_version", "http.version"),
            Map.entry("http_request_referrer", "http.request.referrer"),
            Map.entry("http_response_status_code", "http.response.status_code"),
            Map.entry("http_response_bytes", "http.response.bytes"),
            Map.entry("http_response_mime_type", "http.response.mime_type"),
            Map.entry("url_original", "url.original"),
            Map.entry("url_full", "url.full"),
            Map.entry("url_scheme", "url.scheme"),
            Map.entry("url_domain", "url.domain"),
            Map.entry("url_port", "url.port"),
            Map.entry("url_path", "url.path"),
            Map.entry("url_query", "url.query"),
            Map.entry("user_agent_original", "user_agent.original"),
            Map.entry("event_category", "event.category"),
            Map.entry("rule_name", "rule.name"),
            Map.entry("network_transport", "network.transport"),
            Map.entry("network_protocol", "network.protocol"),
            Map.entry("network_application", "network.application"),
            Map.entry("network_direction", "network.direction"),
            Map.entry("network_forwarded_ip", "network.forwarded_ip"),
            Map.entry("network_bytes", "network.bytes"),
            Map.entry("source_bytes", "source.bytes"),
            Map.entry("destination_bytes", "destination.bytes"),
            Map.entry("dns_question_name", "dns.question.name"),
            Map.entry("dns_question_type", "dns.question.type"),
            Map.entry("dns_response_code", "dns.response_code"),
            Map.entry("dns_answers_data", "dns.answers.data"),
            Map.entry("tls_client_server_name", "tls.client.server_name"),
            Map.entry("tls_client_ja3", "tls.client.ja3"),
            Map.entry("tls_client_ja4", "tls.client.ja4"),
            Map.entry("tls_server_ja3s", "tls.server.ja3s"),
            Map.entry("tls_server_hash_sha1", "tls.server.hash.sha1"),
            Map.entry("file_hash_md5", "file.hash.md5"),
            Map.entry("file_hash_sha1", "file.hash.sha1"),
            Map.entry("file_hash_sha256", "file.hash.sha256"),
            Map.entry("email_from_address", "email.from.address"),
            Map.entry("email_to_address", "email.to.address"));

    private Ecs() {}

    /** The dotted name of a field of ProxyEvent. */
    public static String name(String field) {
        return NAMES.getOrDefault(field, field);
    }

    /** Writes the member "event". */
    public static void write(ProxyEvent event, Json json) {
        int whole = json.begin("event");
        json.member("@timestamp", event.getTimestamp());

        int source = json.begin("source");
        json.member("ip", event.getSourceIp());
        address(json, event.getSourceAddress(), event.getSourceIp());
        int user = json.begin("user");
        json.member("name", event.getSourceUserName());
        json.end(user);
        json.member("bytes", event.getSourceBytes());
        json.end(source);

        int destination = json.begin("destination");
        json.member("ip", event.getDestinationIp());
        json.member("port", event.getDestinationPort());
        json.member("domain", event.getDestinationDomain());
        address(json, event.getDestinationAddress(), event.getDestinationIp());
        json.member("bytes", event.getDestinationBytes());
        json.end(destination);

        int url = json.begin("url");
        json.member("original", event.getUrlOriginal());
        json.member("full", event.getUrlFull());
        json.member("scheme", event.getUrlScheme());
        json.member("domain", event.getUrlDomain());
        json.member("port", event.getUrlPort());
        json.member("path", event.getUrlPath());
        json.member("query", event.getUrlQuery());
        json.end(url);

        int http = json.begin("http");
        json.member("version", event.getHttpVersion());
        int request = json.begin("request");
        json.member("method", event.getHttpRequestMethod());
        json.member("referrer", event.getHttpRequestReferrer());
        json.end(request);
        int response = json.begin("response");
        json.member("status_code", event.getHttpResponseStatusCode());
        json.member("bytes", event.getHttpResponseBytes());
        json.member("mime_type", event.getHttpResponseMimeType());
        json.end(response);
        json.end(http);

        int agent = json.begin("user_agent");
        json.member("original", event.getUserAgentOriginal());
        json.end(agent);

        int action = json.begin("event");
        json.member("action", event.getEventAction());
        json.member("category", event.getEventCategory());
        json.member("duration", event.getEventDuration());
        json.end(action);

        int proxy = json.begin("proxy");
        json.member("hierarchy", event.getProxyHierarchy());
        json.end(proxy);
        EcsBeyondWeb.write(event, json);
        json.end(whole);
    }

    /** The address as the log has it, where ip does not say it all. */
    private static void address(Json json, @Nullable String address, @Nullable String ip) {
        if (address != null && !address.equals(ip)) {
            json.member("address", address);
        }
    }

    /** Writes the member "invalid". */
    public static void write(Failure failure, Json json) {
        int invalid = json.begin("invalid");
        json.member("reason", failure.reason().code());
        String field = failure.field();
        json.member("field", field == null ? null : name(field));
        json.member("message", failure.message());
        json.end(invalid);
    }
}
