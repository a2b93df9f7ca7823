package io.trawl.intel.canonical;

import java.util.function.Consumer;

/** The data of DNS answers as an event has it ({@code dns.answers.data}): texts with a comma between them. */
public final class Answers {
    private Answers() {}

    /**
     * Gives each answer that is a name or an address. What has neither a dot nor a colon in it is none: a number would
     * become an address. Neither is a text that a browser would read as an IPv4 address and that is not four numbers:
     * "1.5" is no 1.0.0.5, but the text of a TXT. What has a space in it is that, too.
     */
    public static void hosts(String data, Consumer<String> hosts) {
        int from = 0;
        while (from <= data.length()) {
            int comma = data.indexOf(',', from);
            int to = comma < 0 ? data.length() : comma;
            String one = data.substring(from, to).strip();
            if ((one.indexOf('.') >= 0 || one.indexOf(':') >= 0) && one.indexOf(' ') < 0 && !isLoose4(one)) {
                hosts.accept(one);
            }
            from = to + 1;
        }
    }

    private static boolean isLoose4(String text) {
        return Canonical.plain(text, 0, text.length()) == null
                && text.indexOf(':') < 0
                && Canonical.host(text).kind() == Canonical.Kind.IPV4;
    }
}
