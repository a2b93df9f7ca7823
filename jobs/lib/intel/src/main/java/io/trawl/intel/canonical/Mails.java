package io.trawl.intel.canonical;

import java.util.function.Consumer;

/** Mail addresses as an event has them: one or several, whatever separates them, each with a name before it or without. */
public final class Mails {
    /** What ends an address, besides a control character. */
    private static final String ENDS = "@<>()[]{}\"'`,;| ";

    private Mails() {}

    /** Gives the domain of each address, in canonical form: what follows each {@code @}. It reads the text once. */
    public static void domains(String addresses, Consumer<String> domains) {
        int at = addresses.indexOf('@');
        while (at >= 0) {
            int end = at + 1;
            while (end < addresses.length() && !ends(addresses.charAt(end))) {
                end++;
            }
            Canonical.Result host = Canonical.host(addresses.substring(at + 1, end));
            if (host.kind() == Canonical.Kind.DOMAIN && host.canonical() != null) {
                domains.accept(host.canonical());
            }
            at = addresses.indexOf('@', end);
        }
    }

    private static boolean ends(char c) {
        return c < ' ' || ENDS.indexOf(c) >= 0;
    }
}
