package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Bytes;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;

/** A URL that a log has in parts: each where it belongs, and at the end the URL that they make. */
final class UrlParts {
    private UrlParts() {}

    /** A host, with its port or without. */
    static void domain(String text, ProxyEvent into) {
        // What stands in the URL itself is what was asked for.
        if (into.getUrlDomain() != null) {
            return;
        }
        String host = text;
        if (host.startsWith("[") && host.indexOf(']') > 0) {
            int close = host.indexOf(']');
            portOf(host.substring(close + 1), into);
            host = host.substring(1, close);
        } else {
            int colon = host.indexOf(':');
            if (colon > 0 && host.lastIndexOf(':') == colon) {
                portOf(host.substring(colon), into);
                host = host.substring(0, colon);
            }
        }
        // The dot of the root, as logs of DNS have it.
        host = host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!host.isEmpty()) {
            into.setUrlDomain(host);
            into.setDestinationDomain(host);
        }
    }

    private static void portOf(String colonAndPort, ProxyEvent into) {
        byte[] b = colonAndPort.getBytes(StandardCharsets.ISO_8859_1);
        long port = b.length > 1 && b[0] == ':' ? Bytes.number(b, 1, b.length) : -1;
        if (port > 0 && port <= 65_535) {
            into.setUrlPort((int) port);
            into.setDestinationPort((int) port);
        }
    }

    /** A path, with its query or without. */
    static void path(String text, ProxyEvent into) {
        if (into.getUrlPath() != null) {
            return;
        }
        int question = text.indexOf('?');
        into.setUrlPath(question < 0 ? text : text.substring(0, question));
        if (question >= 0 && question + 1 < text.length()) {
            into.setUrlQuery(text.substring(question + 1));
        }
    }

    /** A URL of its parts, where the log has no whole one. */
    static void join(ProxyEvent into) {
        String host = into.getUrlDomain();
        if (into.getUrlFull() != null) {
            return;
        }
        if ("CONNECT".equals(into.getHttpRequestMethod())) {
            if (into.getUrlOriginal() == null && host != null) {
                into.setUrlOriginal(into.getUrlPort() == null ? host : host + ":" + into.getUrlPort());
                into.setUrlPath(null);
            }
            return;
        }
        String original = into.getUrlOriginal();
        if (host != null && original != null && into.getUrlPath() == null && original.startsWith(host)) {
            behindHost(original.substring(host.length()), into);
        }
        String path = into.getUrlPath();
        String query = into.getUrlQuery();
        if (path == null && query == null && into.getUrlOriginal() == null && into.getUrlScheme() == null) {
            return;
        }
        StringBuilder target = new StringBuilder();
        if (path != null) {
            target.append(path.startsWith("/") ? "" : "/").append(path);
        } else if (query != null || host != null) {
            target.append('/');
        }
        if (query != null) {
            target.append('?').append(query);
        }
        if (into.getUrlScheme() != null && host != null) {
            StringBuilder full = new StringBuilder(into.getUrlScheme()).append("://");
            full.append(host.indexOf(':') < 0 ? host : "[" + host + "]");
            if (into.getUrlPort() != null) {
                full.append(':').append(into.getUrlPort());
            }
            into.setUrlFull(full.append(target).toString());
        }
        if (into.getUrlOriginal() == null) {
            into.setUrlOriginal(into.getUrlFull() != null ? into.getUrlFull() : target.toString());
        }
    }

    /** Path and query of a URL that the log has without its scheme. */
    private static void behindHost(String rest, ProxyEvent into) {
        int slash = rest.indexOf('/');
        String port = slash < 0 ? rest : rest.substring(0, slash);
        portOf(port, into);
        if (slash >= 0 && (port.isEmpty() || port.startsWith(":"))) {
            path(rest.substring(slash), into);
        }
    }
}
