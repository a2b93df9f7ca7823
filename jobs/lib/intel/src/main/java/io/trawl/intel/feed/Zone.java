package io.trawl.intel.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A response policy zone (draft-vixie-dnsop-dns-rpz): a zone file whose names are what is blocked. */
final class Zone extends Syntax {
    private static final Pattern TIME = Pattern.compile("[0-9]+[smhdwSMHDW]?");

    private String origin = "";
    private String owner = "";
    private boolean open;

    @Override
    Entry read(String line) {
        String text = withoutComment(line);
        if (open) {
            open = text.indexOf(')') < 0;
            return Entry.NOTHING;
        }
        if (text.isBlank()) {
            return Entry.NOTHING;
        }
        List<String> words = new ArrayList<>(List.of(text.strip().split("\\s+")));
        if (words.get(0).startsWith("$")) {
            if (words.get(0).equalsIgnoreCase("$ORIGIN") && words.size() > 1) {
                origin = words.get(1);
            }
            return Entry.NOTHING;
        }
        if (!Character.isWhitespace(text.charAt(0))) {
            owner = words.remove(0);
        }
        while (!words.isEmpty()
                && (words.get(0).equalsIgnoreCase("IN")
                        || TIME.matcher(words.get(0)).matches())) {
            words.remove(0);
        }
        String type = words.isEmpty() ? "" : words.remove(0).toUpperCase(Locale.ROOT);
        String data = String.join(" ", words);
        return switch (type) {
            case "SOA", "NS", "DNSKEY", "RRSIG" -> {
                open = text.indexOf('(') >= 0 && text.indexOf(')') < 0;
                yield Entry.NOTHING;
            }
            case "CNAME" ->
                data.toLowerCase(Locale.ROOT).startsWith("rpz-passthru")
                        ? Entry.no("rpz: an exception")
                        : trigger(owner);
            case "A", "AAAA" -> trigger(owner);
            case "TXT" -> Entry.NOTHING;
            default -> Entry.no("rpz: no record of a policy; expected for example evil.example CNAME .");
        };
    }

    private static String withoutComment(String line) {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            quoted ^= c == '"';
            if (c == ';' && !quoted) {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private Entry trigger(String name) {
        String trigger = name;
        if (trigger.endsWith(".")) {
            if (!origin.isEmpty() && trigger.endsWith("." + origin)) {
                trigger = trigger.substring(0, trigger.length() - origin.length() - 1);
            } else {
                trigger = trigger.substring(0, trigger.length() - 1);
            }
        }
        if (trigger.equals("@")) {
            return Entry.NOTHING;
        }
        int dot = trigger.lastIndexOf('.');
        return switch (trigger.substring(dot + 1).toLowerCase(Locale.ROOT)) {
            case "rpz-ip" -> address(trigger.substring(0, Math.max(0, dot)));
            case "rpz-client-ip", "rpz-nsdname", "rpz-nsip" ->
                Entry.no("rpz: acts on " + trigger.substring(dot + 1) + ", which no log has");
            default -> Entry.of(trigger);
        };
    }

    /** 24.0.2.0.192 is 192.0.2.0/24; groups of IPv6 likewise, zz for a run of zeros. */
    private static Entry address(String labels) {
        String[] parts = labels.split("\\.");
        StringBuilder text = new StringBuilder();
        boolean v4 = parts.length == 5 && !labels.contains("zz");
        for (int i = parts.length - 1; i > 0; i--) {
            text.append(parts[i].equals("zz") ? "" : parts[i]).append(i > 1 ? v4 ? "." : ":" : "");
        }
        String address = text.toString();
        if (!v4) {
            address = address.startsWith(":") ? ":" + address : address.endsWith(":") ? address + ":" : address;
        }
        return parts.length < 2
                ? Entry.no("rpz: no address; expected for example 24.0.2.0.192.rpz-ip")
                : Entry.of(address + "/" + parts[0]);
    }
}
