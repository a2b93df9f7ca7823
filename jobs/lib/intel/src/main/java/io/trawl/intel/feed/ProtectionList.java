package io.trawl.intel.feed;

/** A tracking protection list of Internet Explorer. */
final class ProtectionList extends Syntax {
    @Override
    Entry read(String line) {
        String rule = line.strip();
        if (rule.equals("msFilterList") || rule.startsWith(":") || rule.startsWith("#")) {
            return Entry.NOTHING;
        }
        if (rule.startsWith("+")) {
            return Entry.no("msFilterList: an exception");
        }
        String[] words = rule.split("\\s+");
        if (!words[0].equals("-d") || words.length == 1) {
            return Entry.no("msFilterList: a pattern; expected for example -d evil.example");
        }
        if (words.length == 2) {
            return Entry.of(words[1]);
        }
        return Entry.of(words[1] + (words[2].startsWith("/") ? "" : "/") + words[2]);
    }
}
