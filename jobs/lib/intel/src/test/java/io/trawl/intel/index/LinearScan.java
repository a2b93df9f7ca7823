package io.trawl.intel.index;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.match.How;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.math.BigInteger;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The definition of what a match is, applied to one indicator. */
final class LinearScan {
    private LinearScan() {}

    /** Adds what an indicator says of an event: field, value, how and id. */
    static void of(Indicator indicator, ProxyEvent event, boolean web, Set<String> found) {
        if (indicator.getValidFrom() != null && event.getTimestamp().isBefore(indicator.getValidFrom())
                || indicator.getValidUntil() != null && !event.getTimestamp().isBefore(indicator.getValidUntil())) {
            return;
        }
        int asked = event.getUrlPort() != null ? event.getUrlPort() : standardPort(event.getUrlFull());
        boolean alone = event.getHttpRequestMethod() == null;
        boolean again = event.getUrlDomain() != null
                && (event.getUrlDomain().equals(event.getDnsQuestionName())
                        || event.getUrlDomain().equals(event.getTlsClientServerName()));
        if (!alone || !again) {
            host("url.domain", event.getUrlDomain(), asked, indicator, found);
        }
        url("url.full", event.getUrlFull(), indicator, found);
        Integer peer = event.getDestinationPort();
        host("destination.ip", event.getDestinationIp(), peer == null ? asked : peer, indicator, found);
        if (event.getHttpRequestReferrer() != null) {
            Canonical.Url referrer = Objects.requireNonNull(Canonical.parseUrl(event.getHttpRequestReferrer()));
            int port = referrer.port().isEmpty()
                    ? standardPort(referrer.toString())
                    : Integer.parseInt(referrer.port().substring(1));
            host("http.request.referrer", referrer.host(), port, indicator, found);
            url("http.request.referrer", event.getHttpRequestReferrer(), indicator, found);
        }
        if (web) {
            host("source.ip", event.getSourceIp(), -1, indicator, found);
        }
        beyondWeb(indicator, event, peer == null ? asked : peer, found);
        path(event.getUrlFull(), indicator, found);
        String agent = event.getUserAgentOriginal();
        if (agent != null) {
            boolean exact = indicator.getType().equals("user-agent") && agent.equals(indicator.getValue());
            boolean pattern = indicator.getType().equals("user-agent-regex")
                    && Pattern.compile(indicator.getValue()).matcher(agent).find();
            if (exact || pattern) {
                found.add("user_agent.original " + agent + " " + (exact ? How.EXACT : How.PATTERN) + " "
                        + indicator.getIndicatorId());
            }
        }
    }

    private static void beyondWeb(Indicator indicator, ProxyEvent event, int port, Set<String> found) {
        host("dns.question.name", event.getDnsQuestionName(), -1, indicator, found);
        host("tls.client.server_name", event.getTlsClientServerName(), port, indicator, found);
        if (event.getDnsAnswersData() != null) {
            Set<String> of = new TreeSet<>();
            for (String answer : event.getDnsAnswersData().split(",")) {
                if (of.isEmpty() && (answer.contains(".") || answer.contains(":"))) {
                    host("dns.answers.data", answer, -1, indicator, of);
                }
            }
            found.addAll(of);
        }
        hash("tls.client.ja3", event.getTlsClientJa3(), indicator, found);
        hash("tls.server.ja3s", event.getTlsServerJa3s(), indicator, found);
        hash("tls.server.hash.sha1", event.getTlsServerHashSha1(), indicator, found);
        hash("file.hash.md5", event.getFileHashMd5(), indicator, found);
        hash("file.hash.sha1", event.getFileHashSha1(), indicator, found);
        hash("file.hash.sha256", event.getFileHashSha256(), indicator, found);
        mails("email.from.address", event.getEmailFromAddress(), indicator, found);
        mails("email.to.address", event.getEmailToAddress(), indicator, found);
    }

    private static void hash(String field, @Nullable String text, Indicator indicator, Set<String> found) {
        if (text != null
                && Set.of("md5", "sha1", "sha256").contains(indicator.getType())
                && text.equals(indicator.getValue())) {
            found.add(field + " " + text + " " + How.EXACT + " " + indicator.getIndicatorId());
        }
    }

    private static void mails(String field, @Nullable String text, Indicator indicator, Set<String> found) {
        if (text == null || !indicator.getType().equals("email-domain")) {
            return;
        }
        for (String mail : text.split(",")) {
            Canonical.Result host = Canonical.host(mail.substring(2));
            How how = domain(host, indicator.getValue());
            if (how != null) {
                found.add(field + " " + host.canonical() + " " + how + " " + indicator.getIndicatorId());
                return;
            }
        }
    }

    private static int standardPort(@Nullable String url) {
        return url == null ? -1 : url.regionMatches(true, 0, "https:", 0, 6) ? 443 : 80;
    }

    private static void host(String field, @Nullable String text, int port, Indicator indicator, Set<String> found) {
        if (text == null) {
            return;
        }
        Canonical.Result host = Canonical.host(text);
        String value = String.valueOf(host.canonical());
        How how = null;
        switch (indicator.getType()) {
            case "domain" -> how = domain(host, indicator.getValue());
            case "domain-port", "ip-port" -> {
                String known = indicator.getValue();
                int colon = known.lastIndexOf(':');
                how = Integer.parseInt(known.substring(colon + 1)) == port
                        ? domain(
                                host,
                                String.valueOf(Canonical.host(known.substring(0, colon))
                                        .canonical()))
                        : null;
            }
            case "ipv4", "ipv6" -> how = value.equals(indicator.getValue()) ? How.EXACT : null;
            case "cidr" -> how = host.isAddress() && holds(indicator.getValue(), value) ? How.CIDR : null;
            default -> {}
        }
        if (how != null) {
            found.add(field + " " + value + " " + how + " " + indicator.getIndicatorId());
        }
    }

    /** How a host matches a domain, or the address that it is; null where it does not. */
    private static @Nullable How domain(Canonical.Result host, String known) {
        String value = String.valueOf(host.canonical());
        boolean beneath = host.kind() == Canonical.Kind.DOMAIN
                && value.endsWith("." + known)
                && PublicSuffixes.bundled().section(known) == null;
        return value.equals(known) ? How.EXACT : beneath ? How.SUBDOMAIN : null;
    }

    /** A path matches what ends the path of a URL, its query as it is, without its values, up to its first value, or not at all. */
    private static void path(@Nullable String url, Indicator indicator, Set<String> found) {
        if (url == null || !indicator.getType().equals("url-path")) {
            return;
        }
        String rest = Objects.requireNonNull(Canonical.parseUrl(url)).rest();
        String path = rest.replaceAll("\\?.*", "");
        String known = indicator.getValue();
        boolean ends = Stream.of(
                        path,
                        rest,
                        rest.replaceAll("(?<=\\?.{0,99}=)[^&]*", ""),
                        rest.replaceAll("(\\?[^=]*=).*", "$1"))
                .anyMatch(text -> text.endsWith(known) && text.length() - known.length() < path.length());
        if (ends) {
            found.add("url.path " + rest + " " + How.PATTERN + " " + indicator.getIndicatorId());
        }
    }

    private static boolean holds(String range, String address) {
        int slash = range.indexOf('/');
        byte[] first = Ip.require(range.substring(0, slash));
        byte[] bytes = Ip.require(address);
        int shift = 8 * first.length - Integer.parseInt(range.substring(slash + 1));
        return first.length == bytes.length
                && new BigInteger(1, first).shiftRight(shift).equals(new BigInteger(1, bytes).shiftRight(shift));
    }

    private static void url(String field, @Nullable String text, Indicator indicator, Set<String> found) {
        if (text != null && indicator.getType().equals("url-prefix")) {
            prefix(field, Objects.requireNonNull(Canonical.parseUrl(text)), indicator, found);
        }
        if (text == null || !indicator.getType().equals("url")) {
            return;
        }
        String value = String.valueOf(Canonical.url(text).canonical());
        String scheme = value.substring(0, value.indexOf("://") + 3);
        boolean same = indicator.getValue().contains("://")
                ? indicator.getValue().equals(value)
                // Without a scheme: in the event's.
                : value.equals(Canonical.url(scheme + indicator.getValue()).canonical());
        if (same) {
            found.add(field + " " + value + " EXACT " + indicator.getIndicatorId());
        }
    }

    /** The host is the prefix's or beneath it, scheme and port are as in a URL, and the path goes on at an edge. */
    private static void prefix(String field, Canonical.Url url, Indicator indicator, Set<String> found) {
        boolean hasScheme = indicator.getValue().contains("://");
        Canonical.Url known = Objects.requireNonNull(
                Canonical.parseUrl(hasScheme ? indicator.getValue() : url.scheme() + "://" + indicator.getValue()));
        Canonical.Result host = Canonical.host(url.host());
        String rest = url.rest();
        String path = known.rest();
        boolean edge = rest.equals(path)
                || rest.startsWith(path)
                        && !path.contains("?")
                        && (path.endsWith("/") || "/?".indexOf(rest.charAt(path.length())) >= 0);
        if (domain(host, known.host()) != null
                && url.scheme().equals(known.scheme())
                && url.port().equals(known.port())
                && edge) {
            found.add(field + " " + url + " " + How.URL_PREFIX + " " + indicator.getIndicatorId());
        }
    }
}
