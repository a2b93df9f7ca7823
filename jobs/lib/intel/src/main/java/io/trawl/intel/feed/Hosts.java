package io.trawl.intel.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** hosts(5): an address where nobody is, then names. */
final class Hosts extends Syntax {
    private static final List<String> OWN = List.of(
            "localhost",
            "localhost.localdomain",
            "localhost4",
            "localhost6",
            "local",
            "broadcasthost",
            "ip6-localhost",
            "ip6-loopback",
            "ip6-localnet",
            "ip6-mcastprefix",
            "ip6-allnodes",
            "ip6-allrouters",
            "ip6-allhosts",
            "0.0.0.0");

    @Override
    Entry read(String line) {
        int comment = line.indexOf('#');
        String[] words =
                (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
        if (words[0].isEmpty()) {
            return Entry.NOTHING;
        }
        if (words.length == 1) {
            // Some lists leave the address out.
            return Entry.of(words[0]);
        }
        if (!isSink(words[0])) {
            return Entry.no("gives names the address " + words[0]
                    + "; a blocked name has an address where nobody is, for example 0.0.0.0 or 127.0.0.1");
        }
        List<String> names = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            if (!OWN.contains(words[i].toLowerCase(Locale.ROOT))) {
                names.add(words[i]);
            }
        }
        return Entry.of(names);
    }
}
