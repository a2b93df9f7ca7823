package io.trawl.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Indicators, allowlists and requests that were thought of: each a case of its own. */
final class Crafted {
    /** Every type of indicator, and every field that is matched. */
    private static final String LIST = """
            evil.example
            b\u00FCcher.example
            github.io
            portal.example:8443
            192.0.2.7
            192.0.2.9:8080
            198.51.100.0/24
            2001:db8::/32
            2001:db8::bad
            [2001:db8::bad]:444
            hxxps://www.evil[.]example/a/b?q=1
            evil.example/a/*
            odd.example/*
            odd.example/path%20with/%7Euser
            http://192.0.2.7/x
            /gate.php
            /panel/admin.php?id=
            d41d8cd98f00b204e9800998ecf8427e
            @mail.example
            """;

    private static final String CSV = """
            indicator,type,valid_from,valid_until,confidence,labels
            dated.example,domain,2023-11-14T00:00:00Z,2023-11-15T00:00:00Z,80,a|b
            gone.example,domain,,2020-01-01T00:00:00Z,80,a
            EvilBot/1.0,user-agent,,,90,bot
            fine.example/panel,url-prefix,,,,
            co.uk,domain,,,,
            """;

    private static final String AGENTS = "sqlmap\n(?i)nikto/[0-9]\n";

    private static final List<String> ALLOWLISTS = List.of("""
            {"name":"Ours","version":7,"type":"hostname","list":["www.evil.example","github.io"]}
            """, """
            {"name":"Resolvers","version":8,"type":"cidr","list":["192.0.2.7","198.51.100.128/25","2001:db8::/64"]}
            """, """
            {"name":"Pages","version":9,"type":"string","list":["https://www.evil.example/a/b?q=2","b\u00FCcher.example"]}
            """);

    /** Rules on the requests below; one is for another kind of source. */
    private static final Map<String, String> RULES = Map.of(
            "scanner.yml",
            """
            title: A scanner
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c01
            status: test
            level: high
            logsource:
                category: proxy
            detection:
                agent:
                    c-useragent|startswith: 'mozilla/5.0 nikto'
                ours:
                    cs-host|endswith: fine.example
                condition: agent and not ours
            """,
            "tunnel.yml",
            """
            title: A tunnel to a port of its own
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c02
            status: test
            level: medium
            logsource:
                category: proxy
            detection:
                connect:
                    cs-method: CONNECT
                    sc-status: 200
                port:
                    c-uri|re: ':8443$'
                condition: all of them
            """,
            "silent.yml",
            """
            title: No user agent, and a referrer
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c03
            status: test
            level: low
            logsource:
                category: proxy
            detection:
                agent:
                    c-useragent: null
                referrer:
                    cs-referer|contains:
                        - odd.example
                        - 192.0.2.7
                condition: agent and referrer
            """,
            "web.yml",
            """
            title: For web servers
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c04
            status: test
            level: low
            logsource:
                category: webserver
            detection:
                any:
                    cs-method: GET
                condition: any
            """,
            "correlations.yml",
            """
            title: A part of a transfer
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c05
            name: transfer_part
            level: low
            logsource:
                category: proxy
            detection:
                part:
                    c-uri|startswith: 'http://parts.example/'
                condition: part
            ---
            title: An end of a transfer
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c06
            name: transfer_end
            level: low
            logsource:
                category: proxy
            detection:
                end:
                    c-uri|startswith: 'http://end.example/'
                condition: end
            ---
            title: A transfer in many parts
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c07
            level: high
            correlation:
                type: event_count
                rules: [transfer_part]
                group-by: [c-ip]
                timespan: 10m
                condition:
                    gte: 4
            ---
            title: A transfer that ended
            id: 0b9c7f4e-52a5-4a39-8f0f-6f1d8f9e0c08
            level: critical
            correlation:
                type: temporal_ordered
                rules: [transfer_part, transfer_end]
                group-by: [c-ip]
                timespan: 10m
            """,
            "patterns.stix",
            "[url:value LIKE 'http://odd.example/%' AND url:value MATCHES '~user$']\n");

    static final List<String> URLS = List.of(
            "GET http://www.evil.example/a",
            "GET https://www.evil.example/a/b?q=1",
            "GET https://www.evil.example/a/b?q=2",
            "GET HTTPS://WWW.EVIL.EXAMPLE.:443/a/./b?q=1#x",
            "GET http://notevil.example/",
            "GET http://xn--bcher-kva.example/",
            "GET http://b\u00FCcher.example/",
            "GET http://B%C3%BCcher.example/",
            "GET http://github.io/",
            "GET http://somebody.github.io/",
            "CONNECT portal.example:8443",
            "CONNECT portal.example:443",
            "CONNECT www.evil.example:443",
            "GET http://192.0.2.9:8080/",
            "GET http://192.0.2.9/",
            "GET http://3221225993/",
            "GET http://0xc0.0.2.7/x",
            "GET http://[2001:DB8:0::BAD]/",
            "GET http://[2001:db8::bad]:444/",
            "CONNECT [2001:db8::1]:443",
            "GET http://odd.example/path%20with/~user",
            "GET ftp://odd.example/path%20with/%7euser",
            "GET http://fine.example/a/gate.php",
            "GET http://fine.example/panel/admin.php?id=77&x=1",
            "GET http://fine.example/panel/admin.php",
            "GET http://user:secret@www.evil.example/",
            "GET http://a|b.evil.example/a/b",
            "GET http://a^b.evil.example:8080/gate.php",
            "GET http://%ff.EVIL.example./",
            "GET http://xn--\u00FC.odd.example/x",
            "GET http://a b.www.evil.example/",
            "GET http://a|b.github.io/",
            "GET http://a<b.fine.example/panel/x",
            "CONNECT a|b.evil.example:443",
            "CONNECT a|b.portal.example:8443",
            "GET http://[64:ff9b::c000:207]/x",
            "GET http://evil.example@fine.example/",
            "GET http://dated.example/",
            "GET http://gone.example/",
            "GET http://fine.example/d41d8cd98f00b204e9800998ecf8427e",
            "GET http://evil.example\\fine.example/",
            "GET /gate.php",
            "GET error:invalid-request",
            "POST http://198.51.100.200:8080/",
            "GET http://co.uk/",
            "GET http://mail.example/");

    /** Who meets correlations. */
    static final int CLIENTS = 30;

    private Crafted() {}

    /** Writes the feeds into a folder, and gives them. */
    static List<Path> writeFeeds(Path folder) throws IOException {
        return List.of(
                Files.writeString(folder.resolve("crafted.txt"), LIST),
                Files.writeString(folder.resolve("crafted.csv"), CSV),
                Files.writeString(folder.resolve("ua.txt"), AGENTS));
    }

    /** Writes the allowlists into a folder, and gives it. */
    static Path writeAllowlists(Path folder) throws IOException {
        for (int i = 0; i < ALLOWLISTS.size(); i++) {
            Files.writeString(folder.resolve(i + ".json"), ALLOWLISTS.get(i));
        }
        return folder;
    }

    /** Writes the rules into a folder, and gives it. */
    static Path writeRules(Path folder) throws IOException {
        for (Map.Entry<String, String> rule : RULES.entrySet()) {
            Files.writeString(folder.resolve(rule.getKey()), rule.getValue());
        }
        return folder;
    }

    /** Clients that meet correlations, with lines a part of the log away from each other; {@code end} is what follows. */
    static List<String> correlated(String end) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            for (int client = 0; client < CLIENTS; client++) {
                String host = i == 5 ? "end.example" : "parts.example";
                lines.add("203.0.113." + (100 + client) + " - - [14/Nov/2023:22:1" + i + ":20 +0000] \"GET http://"
                        + host + "/" + i + " HTTP/1.1\" 200 5 \"-\" \"-\"" + end);
            }
        }
        return lines;
    }

    /** The requests as a combined log has them, with referrers and user agents; {@code end} is what follows. */
    static List<String> quoted(String end) {
        List<String> lines = new ArrayList<>();
        List<String> referrers = List.of(
                "-",
                "http://www.evil.example/from",
                "https://192.0.2.7:8080/",
                "portal.example:8443",
                "odd.example/a",
                "http://a|b.www.evil.example/from");
        List<String> agents =
                List.of("EvilBot/1.0", "EvilBot/1.0 (x)", "sqlmap/1.7", "Mozilla/5.0 NIKTO/2", "-", "a \\\"b\\\"");
        int number = 0;
        for (String url : URLS) {
            for (String referrer : referrers) {
                lines.add("203.0.113.77 - - [14/Nov/2023:22:13:20 +0000] \"" + url + " HTTP/1.1\" 200 5 \"" + referrer
                        + "\" \"" + agents.get(number++ % agents.size()) + "\"" + end);
            }
        }
        return lines;
    }
}
