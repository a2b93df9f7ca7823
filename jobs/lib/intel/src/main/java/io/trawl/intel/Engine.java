package io.trawl.intel;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.index.EventSieve;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.match.How;
import io.trawl.intel.match.Match;
import io.trawl.intel.match.Suppressor;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.record.Detection;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RuleReason;
import io.trawl.schema.word.SweepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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

    /** What a detection of a rule has as the indicator's type, and as how it matched. */
    private static final String RULE = "rule";
    /** Characters of a text of why a rule matched. */
    private static final int LONGEST = 1_000;

    private final IndicatorIndex index;
    private final long snapshotId;
    private final boolean webServer;
    private final SweepKind sweep;
    private final List<Suppressor> suppressors;
    private final @Nullable Judge rules;

    /**
     * @param snapshotId Iceberg snapshot of lake.indicators that the index was built from
     * @param webServer whether the events are a web server's
     * @param sweep which path the detections are of
     * @param suppressors allowlists, in order; the first that suppresses a match is named
     * @param rules null if there are none
     */
    public Engine(
            IndicatorIndex index,
            long snapshotId,
            boolean webServer,
            SweepKind sweep,
            List<Suppressor> suppressors,
            @Nullable Judge rules) {
        this.index = index;
        this.snapshotId = snapshotId;
        this.webServer = webServer;
        this.sweep = sweep;
        this.suppressors = List.copyOf(suppressors);
        this.rules = rules;
    }

    /** What tells the events without detections by single values of them. */
    public EventSieve sieve() {
        return index.eventSieve();
    }

    /** The rules; null if there are none. */
    public @Nullable Judge rules() {
        return rules;
    }

    /** The columns of an event that are needed to judge it. */
    public static List<String> fields(@Nullable Judge rules) {
        Set<String> fields = new LinkedHashSet<>(FIELDS);
        if (rules != null) {
            fields.addAll(rules.columns());
        }
        return List.copyOf(fields);
    }

    /** Whether the client's address is matched, too. */
    public boolean webServer() {
        return webServer;
    }

    /** Gives every detection of an event, all of its fields set. */
    public void analyse(ProxyEvent event, Consumer<Detection> detections) {
        index.match(event, webServer, match -> detections.accept(detection(event, match)));
        if (rules != null) {
            rules.judge(event, verdict -> detections.accept(detection(event, verdict)));
        }
    }

    private Detection detection(ProxyEvent event, Match match) {
        Indicator indicator = match.indicator();
        Detection detection = of(event, indicator.getIndicatorId(), match.field());
        detection.setValue(match.value());
        detection.setHow(match.how().code());
        detection.setIndicatorType(indicator.getType());
        detection.setIndicatorValue(indicator.getValue());
        detection.setFeed(indicator.getFeed());
        detection.setConfidence(indicator.getConfidence());
        detection.setLabels(new ArrayList<>(indicator.getLabels()));
        detection.setTags(List.of());
        detection.setReferences(List.of());
        detection.setWhy(List.of());
        detection.setSuppressedBy(suppressedBy(match, suppressors));
        return detection;
    }

    /** Gives the verdicts on an event, each with the detection that it is. */
    public void verdicts(ProxyEvent event, BiConsumer<Verdict, Detection> verdicts) {
        if (rules != null) {
            rules.judge(event, verdict -> verdicts.accept(verdict, detection(event, verdict)));
        }
    }

    private Detection detection(ProxyEvent event, Verdict verdict) {
        Rule rule = verdict.rule();
        Verdict.Reason first = verdict.first();
        Detection detection = of(event, rule.id(), first.field());
        detection.setValue(first.value());
        detection.setHow(RULE);
        detection.setIndicatorType(RULE);
        detection.setIndicatorValue(rule.name());
        detection.setLabels(List.of());
        detection.setRuleId(rule.id());
        detection.setRuleName(rule.name());
        detection.setRuleLevel(rule.level().text());
        detection.setScore(rule.score());
        detection.setTags(new ArrayList<>(rule.tags()));
        detection.setReferences(new ArrayList<>(rule.references()));
        detection.setWhy(verdict.why().stream()
                .map(one -> new RuleReason(one.selection(), one.field(), cut(one.value()), cut(one.part())))
                .collect(Collectors.toCollection(ArrayList::new)));
        detection.setSuppressedBy(suppressedBy(event, suppressors));
        return detection;
    }

    /** What a detection has of its event. */
    private Detection of(ProxyEvent event, String id, String field) {
        Detection detection = new Detection();
        detection.setDetectionId(Ids.of(event.getEventId(), id, field));
        detection.setIndicatorId(id);
        detection.setField(field);
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
        detection.setIndicatorSnapshot(snapshotId);
        detection.setUrlOriginal(event.getUrlOriginal());
        detection.setUrlDomain(event.getUrlDomain());
        detection.setDestinationIp(event.getDestinationIp());
        detection.setHttpRequestMethod(event.getHttpRequestMethod());
        detection.setHttpResponseStatusCode(event.getHttpResponseStatusCode());
        return detection;
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /**
     * Of a rule: the list that has what the event went to, its host, or its peer where it has no host.
     *
     * @param suppressors allowlists, in order
     * @return null if none has it
     */
    public static @Nullable String suppressedBy(ProxyEvent event, List<? extends Suppressor> suppressors) {
        if (suppressors.isEmpty()) {
            return null;
        }
        for (String name : Arrays.asList(
                event.getUrlDomain(),
                event.getDnsQuestionName(),
                event.getTlsClientServerName(),
                event.getDestinationIp())) {
            Canonical.Result host = name == null ? Canonical.Result.none("") : Canonical.host(name);
            String canonical = host.canonical();
            if (canonical != null) {
                Indicator contacted = new Indicator();
                String domain = PublicSuffixes.bundled().registrableDomain(canonical);
                contacted.setType(host.isAddress() ? host.kind().name().toLowerCase(Locale.ROOT) : "domain");
                contacted.setValue(host.isAddress() || domain == null ? canonical : domain);
                return suppressedBy(new Match("", canonical, How.EXACT, contacted), suppressors);
            }
        }
        return null;
    }

    private static @Nullable String suppressedBy(Match match, List<? extends Suppressor> suppressors) {
        for (Suppressor suppressor : suppressors) {
            String list = suppressor.suppressedBy(match);
            if (list != null) {
                return list;
            }
        }
        return null;
    }

    /** The client of an event: its address, else as the log has it; null if it has none. */
    public static @Nullable String client(ProxyEvent event) {
        return event.getSourceIp() != null ? event.getSourceIp() : event.getSourceAddress();
    }
}
