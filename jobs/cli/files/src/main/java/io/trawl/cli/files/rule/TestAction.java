package io.trawl.cli.files.rule;

import io.trawl.cli.files.format.LineReader;
import io.trawl.cli.files.log.LogReader;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.correlation.Correlator;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Printable;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code trawl rules test}: whether rules find the lines that their {@code tests} say, and no others. A sample is a line,
 * or a list of lines that are judged together, as a correlation needs.
 */
final class TestAction {
    private final RuleBook book;
    private final Formats formats;
    private final Map<String, LogReader> readers = new HashMap<>();
    private final Map<String, RuleSet> sets = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int samples;

    private TestAction(RuleBook book, Formats formats) {
        this.book = book;
        this.formats = formats;
    }

    /** @return 0 where all samples are judged as they say, else 1 */
    static int run(RuleBook book, Formats formats, Streams streams) throws IOException {
        TestAction action = new TestAction(book, formats);
        Map<String, String> ids = new LinkedHashMap<>();
        book.valid().forEach(one -> ids.putIfAbsent(one.id(), one.name()));
        int tested = 0;
        for (Map.Entry<String, String> one : ids.entrySet()) {
            Document document = book.document(one.getKey());
            Node tests = document == null ? null : document.get("tests");
            if (document != null && tests != null) {
                tested++;
                try {
                    action.tests(one.getKey(), one.getValue(), document, tests);
                } catch (IllegalArgumentException e) {
                    action.wrong.add(String.valueOf(e.getMessage()));
                }
            }
        }
        book.refused().forEach(one -> action.wrong.add("refused: " + one.getMessage()));
        PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        action.wrong.forEach(one -> out.println(Printable.line(one)));
        if (action.wrong.isEmpty()) {
            out.println(tested + (tested == 1 ? " rule has" : " rules have") + " tests: " + action.samples
                    + (action.samples == 1 ? " sample is" : " samples are") + " judged as expected; "
                    + (ids.size() - tested) + " without tests");
        }
        out.flush();
        return action.wrong.isEmpty() ? 0 : 1;
    }

    private void tests(String id, String name, Document document, Node tests) {
        for (Node one : tests instanceof Sequence list ? list.items() : List.of(tests)) {
            if (!(one instanceof Mapping mapping)) {
                throw document.refusal(one, "tests has " + one.what() + "; expected format, positive and negative");
            }
            for (Node.Entry entry : mapping.entries()) {
                if (!List.of("format", "positive", "negative")
                        .contains(entry.key().text())) {
                    throw document.refusal(
                            entry.key(),
                            "the key " + entry.key().text()
                                    + " of tests is not known; expected format, positive or negative");
                }
            }
            if (!(mapping.get("format") instanceof Scalar format)) {
                throw document.refusal(mapping, "tests has no format; expected, for example, format: squid");
            }
            LogReader reader;
            try {
                reader = readers.computeIfAbsent(format.text(), text -> LogReader.of(text, formats, Map.of()));
            } catch (Refusal e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw document.refusal(format, String.valueOf(e.getMessage()));
            }
            for (boolean positive : new boolean[] {true, false}) {
                Node list = mapping.get(positive ? "positive" : "negative");
                for (Node sample : list == null
                        ? List.<Node>of()
                        : list instanceof Sequence several ? several.items() : List.of(list)) {
                    samples++;
                    String problem = judged(id, reader, document, sample, positive);
                    if (!problem.isEmpty()) {
                        wrong.add(document.file() + ":" + sample.line() + ": rule " + name + ": " + problem);
                    }
                }
            }
        }
    }

    /** What is wrong with a sample; empty if nothing is. */
    private String judged(String id, LogReader reader, Document document, Node sample, boolean positive) {
        List<String> lines = new ArrayList<>();
        for (Node line : sample instanceof Sequence list ? list.items() : List.of(sample)) {
            if (!(line instanceof Scalar scalar)) {
                throw document.refusal(line, "a sample has " + line.what() + "; expected a line, or a list of lines");
            }
            scalar.text().lines().filter(one -> !one.isBlank()).forEach(lines::add);
        }
        RuleSet set = sets.computeIfAbsent(
                String.join(",", reader.names()), key -> RuleSet.of(RuleWork.rules(book, reader.names())));
        List<Rule> rules = set.rules();
        boolean isCorrelation = RulesCommand.correlation(book, id) != null;
        if (!isCorrelation && rules.stream().noneMatch(rule -> rule.id().equals(id))) {
            return "it is not for the log source of this format";
        }
        List<Fired> fired = new ArrayList<>();
        boolean[] found = {false};
        for (int i = 0; i < lines.size(); i++) {
            LineReader.Read read = reader.read(lines.get(i).getBytes(StandardCharsets.UTF_8));
            ProxyEvent event = read.event();
            Failure failure = read.failure();
            if (event == null) {
                return "line " + (i + 1) + " of the sample is invalid: " + (failure == null ? "" : failure.message());
            }
            int order = i;
            set.judge(event, verdict -> {
                String rule = verdict.rule().id();
                found[0] |= rule.equals(id);
                if (book.correlations().isUsed(rule)) {
                    fired.add(book.fired(rule, Integer.toString(order), order, event));
                }
            });
        }
        if (isCorrelation) {
            found[0] = Correlator.batch(book.correlations(), fired).stream()
                    .anyMatch(group -> group.correlation().id().equals(id));
        }
        if (found[0] == positive) {
            return "";
        }
        return positive ? "it does not fire for a positive sample" : "it fires for a negative sample";
    }
}
