package io.trawl.intel;

import io.trawl.intel.canonical.Ids;
import io.trawl.intel.index.EventSieve;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.match.Match;
import io.trawl.intel.match.Suppressor;
import io.trawl.record.Detection;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.word.SweepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Judges events: an event to its detections. Immutable, and safe for use by several threads if its suppressors are. */
public final class Engine {
    /** The fields of an event that are matched, or are in a detection: all that needs to be read of it. */
    public static final List<String> FIELDS = List.of(
            "event_id",
            "source",
            "window",
            "partition",
            "offset",
            "timestamp",
            "observer_hostname",
            "source_address",
            "source_ip",
            "source_user_name",
            "destination_ip",
            "destination_port",
            "http_request_method",
            "http_request_referrer",
            "http_response_status_code",
            "url_original",
            "url_full",
            "url_domain",
            "url_port",
            "url_path",
            "url_query",
            "user_agent_original",
            "dns_question_name",
            "dns_answers_data",
            "tls_client_server_name",
            "tls_client_ja3",
            "tls_server_ja3s",
            "tls_server_hash_sha1",
            "file_hash_md5",
            "file_hash_sha1",
            "file_hash_sha256",
            "email_from_address",
            "email_to_address");

    private final IndicatorIndex index;
    private final long snapshotId;
    private final boolean webServer;
    private final SweepKind sweep;
    private final List<Suppressor> suppressors;

    /**
     * @param snapshotId Iceberg snapshot of lake.indicators that the index was built from
     * @param webServer whether the events are a web server's
     * @param sweep which path the detections are of
     * @param suppressors allowlists, in order; the first that suppresses a match is named
     */
    public Engine(
            IndicatorIndex index, long snapshotId, boolean webServer, SweepKind sweep, List<Suppressor> suppressors) {
        this.index = index;
        this.snapshotId = snapshotId;
        this.webServer = webServer;
        this.sweep = sweep;
        this.suppressors = List.copyOf(suppressors);
    }

    /** What tells the events without detections by single values of them. */
    public EventSieve sieve() {
        return index.eventSieve();
    }

    /** Whether the client's address is matched, too. */
    public boolean webServer() {
        return webServer;
    }

    /** Gives every detection of an event, all of its fields set. */
    public void analyse(ProxyEvent event, Consumer<Detection> detections) {
        index.match(event, webServer, match -> detections.accept(detection(event, match)));
    }

    private Detection detection(ProxyEvent event, Match match) {
        Indicator indicator = match.indicator();
        Detection detection = new Detection();
        detection.setDetectionId(Ids.of(event.getEventId(), indicator.getIndicatorId(), match.field()));
        detection.setEventId(event.getEventId());
        detection.setSource(event.getSource());
        detection.setWindow(event.getWindow());
        detection.setSweep(sweep.text());
        detection.setPartition(event.getPartition());
        detection.setOffset(event.getOffset());
        detection.setTimestamp(event.getTimestamp());
        detection.setObserverHostname(event.getObserverHostname());
        detection.setClient(client(event));
        detection.setSourceUserName(event.getSourceUserName());
        detection.setField(match.field());
        detection.setValue(match.value());
        detection.setHow(match.how().code());
        detection.setIndicatorId(indicator.getIndicatorId());
        detection.setIndicatorType(indicator.getType());
        detection.setIndicatorValue(indicator.getValue());
        detection.setFeed(indicator.getFeed());
        detection.setConfidence(indicator.getConfidence());
        detection.setLabels(new ArrayList<>(indicator.getLabels()));
        detection.setSuppressedBy(suppressedBy(match));
        detection.setIndicatorSnapshot(snapshotId);
        detection.setUrlOriginal(event.getUrlOriginal());
        detection.setUrlDomain(event.getUrlDomain());
        detection.setDestinationIp(event.getDestinationIp());
        detection.setHttpRequestMethod(event.getHttpRequestMethod());
        detection.setHttpResponseStatusCode(event.getHttpResponseStatusCode());
        return detection;
    }

    private @Nullable String suppressedBy(Match match) {
        for (Suppressor suppressor : suppressors) {
            String list = suppressor.suppressedBy(match);
            if (list != null) {
                return list;
            }
        }
        return null;
    }

    /** The client of an event: its address, else as the log has it; null where it has none. */
    public static @Nullable String client(ProxyEvent event) {
        return event.getSourceIp() != null ? event.getSourceIp() : event.getSourceAddress();
    }
}
