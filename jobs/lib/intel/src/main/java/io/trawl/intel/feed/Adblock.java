package io.trawl.intel.feed;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules of Adblock Plus, uBlock Origin and AdGuard that block a host or a URL as a whole. */
final class Adblock extends Syntax {
    /** Known ones only: a $ may be part of a URL. */
    private static final String OPTION =
            "~?(?:all|important|third-party|3p|first-party|1p|strict[13]p|document|doc|subdocument|frame|script|image|"
                    + "stylesheet|css|object|xmlhttprequest|xhr|websocket|webrtc|ping|media|font|other|popup|popunder|"
                    + "match-case|network|genericblock|generichide|elemhide|inline-script|inline-font|empty|mp4|"
                    + "cname|badfilter|(?:domain|denyallow|from|to|method|app|client|ctag|dnstype|dnsrewrite|"
                    + "removeparam|redirect|redirect-rule|rewrite|csp|permissions|header|replace|reason)(?:=[^,$]*)?)";

    private static final Pattern OPTIONS = Pattern.compile("\\$" + OPTION + "(?:," + OPTION + ")*$");
    /** They say what of a page is blocked, not where. */
    private static final Pattern NARROWING =
            Pattern.compile("(?:^|[$,])~?(?:domain|denyallow|from|to|method|app|client|ctag|dnstype|badfilter|"
                    + "removeparam|redirect|redirect-rule|rewrite|csp|permissions|header|replace)(?:[=,]|$)");

    @Override
    Entry read(String line) {
        String rule = line.strip();
        if (rule.startsWith("!") || rule.startsWith("[") || rule.startsWith("# ") || rule.equals("#")) {
            return Entry.NOTHING;
        }
        if (rule.startsWith("@@")) {
            return Entry.no("adblock: an exception");
        }
        if (rule.contains("##") || rule.contains("#@#") || rule.contains("#?#") || rule.contains("#$#")) {
            return Entry.no("adblock: a rule on what a page shows");
        }
        Matcher options = OPTIONS.matcher(rule);
        if (options.find()) {
            if (NARROWING.matcher(options.group()).find()) {
                return Entry.no(
                        "adblock: a rule with conditions: " + options.group().substring(1));
            }
            rule = rule.substring(0, options.start());
        }
        if (rule.length() > 1 && rule.startsWith("/") && rule.endsWith("/")) {
            return Entry.no("adblock: a regular expression");
        }
        boolean beneath = rule.startsWith("||");
        if (beneath) {
            rule = rule.substring(2);
        } else if (rule.startsWith("|")) {
            rule = rule.substring(1);
        }
        while (rule.endsWith("^") || rule.endsWith("|") || rule.endsWith("^*")) {
            rule = rule.substring(0, rule.length() - (rule.endsWith("*") ? 2 : 1));
        }
        if (beneath && rule.endsWith("/*")) {
            rule = rule.substring(0, rule.length() - 1);
        }
        if (rule.isEmpty() || rule.indexOf('^') >= 0 || rule.indexOf('*', 1) >= 0) {
            return Entry.no("adblock: a pattern; expected a host or a URL, for example ||evil.example^");
        }
        return beneath && rule.indexOf('/') > 0 ? Entry.prefix(rule) : Entry.of(rule);
    }
}
