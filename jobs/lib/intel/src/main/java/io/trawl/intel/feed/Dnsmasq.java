package io.trawl.intel.feed;

import java.util.List;

/** dnsmasq.conf(5): address=/name/0.0.0.0, and server= or local= without a server. */
final class Dnsmasq extends Syntax {
    @Override
    Entry read(String line) {
        String option = line.strip();
        int comment = option.indexOf(" #");
        option = comment < 0 ? option : option.substring(0, comment).strip();
        if (option.startsWith("#")) {
            return Entry.NOTHING;
        }
        int first = option.indexOf('/');
        int last = option.lastIndexOf('/');
        String name = option.substring(0, Math.max(0, option.indexOf('=')));
        if (!List.of("address", "server", "local").contains(name) || first != name.length() + 1 || first == last) {
            return Entry.no("dnsmasq: no name that is blocked; expected for example address=/evil.example/0.0.0.0");
        }
        String answer = option.substring(last + 1);
        boolean blocks = answer.isEmpty() || name.equals("address") && (answer.equals("#") || isSink(answer));
        return blocks
                ? Entry.of(List.of(option.substring(first + 1, last).split("/")))
                : Entry.no("dnsmasq: asks or answers " + answer + "; a blocked name has an address where nobody is");
    }
}
