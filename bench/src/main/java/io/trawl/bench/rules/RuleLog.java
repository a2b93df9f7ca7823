package io.trawl.bench.rules;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Rule;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A generated log in the combined format, with lines in it that are made of what rules ask for: some of them meet a rule, others
 * nearly do.
 */
final class RuleLog {
    /** One line in so many is made of a rule's texts. */
    static final int EACH = 200;

    private static final String FORMAT = "combined";

    private final Parser parser = Formats.shipped().parser(FORMAT, ZoneOffset.UTC);
    private final List<byte[]> lines = new ArrayList<>();
    private final List<ProxyEvent> events = new ArrayList<>();
    private final BitSet planted = new BitSet();

    RuleLog(long count, List<Rule> rules) {
        Random random = new Random(1);
        for (Line line : Traffic.builder(1, count).format(Format.COMBINED).build()) {
            byte[] bytes = line.bytes();
            boolean plant = random.nextInt(EACH) == 0;
            if (plant) {
                bytes = planted(rules.get(random.nextInt(rules.size())), random);
            }
            ProxyEvent event = new ProxyEvent();
            if (parser.parse(bytes, event) == null) {
                planted.set(lines.size(), plant);
                lines.add(bytes);
                events.add(event);
            }
        }
    }

    /** The lines that the format reads. */
    List<byte[]> lines() {
        return lines;
    }

    /** For each line its event. */
    List<ProxyEvent> events() {
        return events;
    }

    /** The numbers of the lines that are made of rules' texts. */
    BitSet planted() {
        return planted;
    }

    /** Parses a line into a new event. */
    ProxyEvent parse(byte[] line) {
        ProxyEvent event = new ProxyEvent();
        parser.parse(line, event);
        return event;
    }

    private static byte[] planted(Rule rule, Random random) {
        Map<String, List<String>> texts = new TreeMap<>();
        collect(rule.condition(), texts);
        StringBuilder url = new StringBuilder();
        String host = one(texts.get("url.domain"), "www.example.com", random);
        url.append(host.startsWith("/") ? "" : "http://" + (host.startsWith(".") ? "a" : "") + host);
        for (String column : List.of("url.path", "url.original", "url.query", "")) {
            for (String text : texts.getOrDefault(column, List.of())) {
                // One in eight is left out or cut: such a line nearly meets the rule.
                if (random.nextInt(8) > 0) {
                    url.append(url.length() > 0 && text.startsWith("/") ? "" : "/")
                            .append(text);
                }
            }
        }
        List<String> extensions = texts.get("url.extension");
        url.append(extensions == null ? "" : "/a." + one(extensions, "", random));
        String line = "10.1.2.3 - - [24/Nov/2026:10:00:00 +0000] \""
                + one(texts.get("http.request.method"), "GET", random) + " "
                + url.toString().replaceAll("[ \"\\\\]", "+") + " HTTP/1.1\" "
                + one(texts.get("http.response.status_code"), "200", random) + " 512 \""
                + quoted(one(texts.get("http.request.referrer"), "-", random)) + "\" \""
                + quoted(one(texts.get("user_agent.original"), "Mozilla/5.0", random)) + "\"";
        return line.getBytes(StandardCharsets.UTF_8);
    }

    private static String one(@org.jspecify.annotations.Nullable List<String> of, String other, Random random) {
        return of == null ? other : of.get(random.nextInt(of.size()));
    }

    private static String quoted(String text) {
        return text.replaceAll("[\"\\\\]", "");
    }

    /** What a rule asks for, by field; of keywords by no name. */
    private static void collect(Condition condition, Map<String, List<String>> texts) {
        if (condition instanceof Condition.All all) {
            all.of().forEach(one -> collect(one, texts));
        } else if (condition instanceof Condition.Any any) {
            // All that it could be would be a line that nobody has.
            any.of().stream().limit(2).forEach(one -> collect(one, texts));
        } else if (condition instanceof Condition.Named named) {
            collect(named.of(), texts);
        } else if (condition instanceof Condition.Test test) {
            add(test.field().name(), test.ask(), texts);
        } else if (condition instanceof Condition.Keyword keyword) {
            add("", keyword.ask(), texts);
        }
    }

    private static void add(String field, Ask ask, Map<String, List<String>> texts) {
        StringBuilder text = new StringBuilder();
        if (ask instanceof Ask.Text one) {
            text.append(one.text());
        } else if (ask instanceof Ask.Equal equal) {
            text.append(equal.number().toPlainString());
        } else if (ask instanceof Ask.Like like) {
            for (Glob.Part part : like.glob().parts()) {
                text.append(part instanceof Glob.Part.Literal literal ? literal.text() : "q");
            }
        }
        if (!text.isEmpty()) {
            texts.computeIfAbsent(field, any -> new ArrayList<>()).add(text.toString());
        }
    }
}
