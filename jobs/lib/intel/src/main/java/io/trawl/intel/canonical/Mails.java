package io.trawl.intel.canonical;

import java.util.function.Consumer;

/** Mail addresses as an event has them: one, or several with a comma between them, each with a name before it or without. */
public final class Mails {
    private Mails() {}

    /** Gives the domain of each address, in canonical form. */
    public static void domains(String addresses, Consumer<String> domains) {
        int from = 0;
        while (from <= addresses.length()) {
            int comma = addresses.indexOf(',', from);
            int to = comma < 0 ? addresses.length() : comma;
            int at = addresses.lastIndexOf('@', to - 1) + 1;
            if (at > from) {
                int end = at;
                while (end < to && "> \t\"';)".indexOf(addresses.charAt(end)) < 0) {
                    end++;
                }
                Canonical.Result host = Canonical.host(addresses.substring(at, end));
                if (host.kind() == Canonical.Kind.DOMAIN && host.canonical() != null) {
                    domains.accept(host.canonical());
                }
            }
            from = to + 1;
        }
    }
}
