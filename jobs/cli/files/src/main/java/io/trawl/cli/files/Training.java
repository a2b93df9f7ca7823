package io.trawl.cli.files;

import io.trawl.cli.files.log.Logs;
import io.trawl.cli.files.terminal.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Goes through every command once, in one JVM, so that the class archive that bin/trawl makes of this run has the classes
 * of all of them.
 */
public final class Training {
    private static final String SQUID =
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://www.evil.example:8080/%61/b?q#f alice HIER_DIRECT/192.0.2.7 text/html\n"
                    + "1700000000.123     62 198.51.100.4 TCP_MISS/200 x GET / - HIER_NONE/- -\n";
    private static final String COMBINED =
            "198.51.100.4 - alice [26/Dec/2016:16:16:28 +0200] \"GET /a\\\"b HTTP/1.1\" 200 45 \"http://evil.example/\" \"agent\"\n";
    private static final String FEED =
            "hxxp://evil[.]example/a\nevil.example\nb\u00FCcher.example\n192.0.2.0/24\n2001:db8::1\na@b.example\nco.uk\n";
    private static final String RULES = """
            title: a
            id: 11111111-1111-4111-8111-111111111111
            name: a
            logsource: {category: proxy}
            detection:
              one: {c-uri|contains: evil, c-useragent|re: 'a.*b'}
              two: {cs-host|endswith: .example}
              condition: one or two and not one
            ---
            title: b
            correlation: {type: event_count, rules: [a], group-by: [c-ip], timespan: 1m, condition: {gte: 1}}
            """;
    private static final String LIST = "{\"name\":\"a\",\"type\":\"hostname\",\"list\":[\"good.example\"]}";

    private Training() {}

    public static void main(String[] args) throws IOException {
        Path feed = Files.createTempFile("trawl", ".txt");
        Path index = Files.createTempFile("trawl", ".index");
        Path list = Files.createTempFile("trawl", ".json");
        Path rules = Files.createTempFile("trawl", ".yml");
        try {
            Files.writeString(feed, FEED);
            Files.writeString(list, LIST);
            Files.writeString(rules, RULES);
            String name = feed.toString();
            run("", "", "index", "build", "--indicators", name, "--output", index.toString());
            for (String table : List.of("", "--output=table")) {
                run(SQUID, table, "parse", "--format", "squid");
                run(COMBINED, table, "parse", "--format", "combined");
                run(FEED, table, "canonical");
                run("", table, "canonical", "evil.example");
                run("", table, "indicators", name);
                run("indicator,valid_from,labels\nevil.example,2026-01-01,a|b\n", table, "indicators", "-");
                run(SQUID, table, "match", "--format", "squid", "--indicators", name);
                run(
                        SQUID,
                        table,
                        "match",
                        "--format",
                        "squid",
                        "--index",
                        index.toString(),
                        "--allowlist",
                        list.toString());
                run(SQUID, table, "match", "--format", "squid", "--rules", rules.toString());
            }
            run("", "", "rules", "check", rules.toString());
            run("", "", "rules", "list", rules.toString());
            run(COMBINED, "", "parse", "--format", "nginx,w3c");
            run("", "", "formats", "show", "nginx");
            run("", "", "formats", "test", "nginx");
            run(SQUID, "", "formats", "detect");
            run(SQUID, "", "formats", "new", "--sample", "-");
            run("", "", "parse");
            run("", "", "parse", "--format", "squid", name + "*");
        } finally {
            Files.delete(feed);
            Files.delete(index);
            Files.delete(list);
            Files.delete(rules);
        }
    }

    private static void run(String stdin, String option, String... words) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(stdin.getBytes(StandardCharsets.UTF_8));
        }
        String[] all = option.isEmpty() ? words : Logs.with(words[0], rest(option, words));
        Terminal.run(
                all,
                new Streams(
                        new ByteArrayInputStream(packed.toByteArray()),
                        OutputStream.nullOutputStream(),
                        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                        true));
    }

    private static String[] rest(String option, String[] words) {
        String[] rest = words.clone();
        rest[0] = option;
        return rest;
    }
}
