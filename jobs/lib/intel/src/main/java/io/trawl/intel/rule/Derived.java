package io.trawl.intel.rule;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What fields are derived from a column's text. */
final class Derived {
    private Derived() {}

    /** What follows the last dot of the last part of a path; null if that has none, or ends with it. */
    static @Nullable String extension(String path) {
        int dot = path.lastIndexOf('.');
        return dot < 0 || dot == path.length() - 1 || path.indexOf('/', dot) >= 0 ? null : path.substring(dot + 1);
    }

    /** What follows the first #. */
    static @Nullable String fragment(String url) {
        int hash = url.indexOf('#');
        return hash < 0 ? null : url.substring(hash + 1);
    }

    /** In canonical form; null of an address, and of a name that nobody can register. */
    static @Nullable String registeredDomain(String host) {
        String domain = domain(host);
        return domain == null ? null : PublicSuffixes.bundled().registrableDomain(domain);
    }

    /** The public suffix, in canonical form: co.uk of www.example.co.uk; null of an address. */
    static @Nullable String topLevelDomain(String host) {
        String domain = domain(host);
        if (domain == null) {
            return null;
        }
        String registered = PublicSuffixes.bundled().registrableDomain(domain);
        return registered == null ? domain : registered.substring(registered.indexOf('.') + 1);
    }

    /** What is before the registered domain, in canonical form; null if there is nothing. */
    static @Nullable String subdomain(String host) {
        String domain = domain(host);
        String registered = domain == null ? null : PublicSuffixes.bundled().registrableDomain(domain);
        return domain == null || registered == null || registered.length() == domain.length()
                ? null
                : domain.substring(0, domain.length() - registered.length() - 1);
    }

    private static @Nullable String domain(String host) {
        Canonical.Result result = Canonical.host(host);
        return result.kind() == Canonical.Kind.DOMAIN ? result.canonical() : null;
    }

    /** Gives a host in canonical form, if it is an address. */
    static void address(String host, Consumer<String> addresses) {
        Canonical.Result result = Canonical.host(host);
        String canonical = result.canonical();
        if (canonical != null && result.isAddress()) {
            addresses.accept(canonical);
        }
    }

    /** Gives the texts between commas, without the white space around them. */
    static void parts(String text, Consumer<String> parts) {
        int from = 0;
        while (from <= text.length()) {
            int comma = text.indexOf(',', from);
            int to = comma < 0 ? text.length() : comma;
            accept(text.substring(from, to).strip(), parts);
            from = to + 1;
        }
    }

    /** Gives the addresses of a list of mailboxes (RFC 5322, 3.4): a name before one is left out, a comma in quotes splits nothing. */
    static void mails(String text, Consumer<String> mails) {
        int from = 0;
        int angle = -1;
        boolean quoted = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (quoted && i < text.length()) {
                i += c == '\\' && i < text.length() - 1 ? 1 : 0;
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
            } else if (c == '<') {
                angle = i;
            } else if (c == ',') {
                int to = Math.min(i, text.length());
                accept(mail(text, angle < from ? from : angle + 1, to).strip(), mails);
                from = to + 1;
            }
        }
    }

    private static String mail(String text, int from, int to) {
        int end = from;
        while (end < to && text.charAt(end) != '>') {
            end++;
        }
        return text.substring(from, end);
    }

    private static void accept(String text, Consumer<String> texts) {
        if (!text.isEmpty()) {
            texts.accept(text);
        }
    }
}
