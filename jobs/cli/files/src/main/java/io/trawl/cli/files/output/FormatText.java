package io.trawl.cli.files.output;

import io.trawl.parsing.Printable;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Layout;
import io.trawl.parsing.format.Sample;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Rule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** A format as a person reads it: its layouts, what they fill, and its samples with their events. */
public final class FormatText {
    private static final int WIDEST = 200;
    /** Fields of an event that is shown are in this order, which is that of a sentence; all others follow. */
    private static final List<String> ORDER = List.of(
            "timestamp",
            "source_ip",
            "source_address",
            "source_user_name",
            "http_request_method",
            "url_original",
            "url_full",
            "url_domain",
            "http_response_status_code",
            "http_response_bytes");

    private final StringBuilder text = new StringBuilder();

    private FormatText() {}

    public static String of(DeclaredFormat format, String file) {
        FormatText text = new FormatText();
        text.line("", format.name() + ": " + format.title());
        text.line("", format.isVerified() ? "verified with real lines" : "unverified: no real line was seen");
        text.line("", format.link());
        text.line("", file);
        List<Layout> layouts = format.layouts();
        for (int i = 0; i < layouts.size(); i++) {
            Layout layout = layouts.get(i);
            text.text.append('\n');
            String which = layouts.size() == 1 ? "layout" : "layout " + (i + 1) + " of " + layouts.size();
            text.line("", which + ", " + layout.kind() + ": " + layout.text());
            text.rules(layout.rules());
        }
        List<Sample> samples = format.allSamples();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            text.text.append('\n');
            text.line("", "sample " + (i + 1) + " of " + samples.size() + ": " + sample.line());
            text.made(sample);
            for (int record = 0; record < sample.records().size(); record++) {
                text.line(
                        "", "record " + (record + 1) + " of " + sample.records().size() + ":");
                text.made(sample.records().get(record));
            }
        }
        return text.text.toString();
    }

    private void line(String indent, String content) {
        text.append(indent).append(Printable.line(content)).append('\n');
    }

    private void made(Sample sample) {
        if (sample.reason() != null) {
            line("  ", "refused: " + sample.reason());
        }
        fields(text, "  ", sample.event());
    }

    private void rules(List<Rule> rules) {
        int width = rules.stream()
                .mapToInt(rule -> Ecs.name(rule.field().label()).length())
                .max()
                .orElse(0);
        for (Rule rule : rules) {
            String name = Ecs.name(rule.field().label());
            line("  ", name + " ".repeat(width - name.length()) + "  " + meaning(rule));
        }
    }

    private static String meaning(Rule rule) {
        StringBuilder meaning = new StringBuilder(String.join(rule.joined() ? " + " : " or ", rule.from()));
        if (rule.after() != null) {
            meaning.append(", after '").append(rule.after()).append('\'');
        }
        if (rule.before() != null) {
            meaning.append(", before '").append(rule.before()).append('\'');
        }
        if (rule.notation() != null) {
            meaning.append(", as ").append(rule.notation());
        }
        if (rule.escape() != Escape.NONE) {
            meaning.append(", escape ")
                    .append(rule.escape().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        if (rule.withPort()) {
            meaning.append(", with its port");
        }
        return meaning.toString();
    }

    /** The fields of an event, one in a line. */
    public static void fields(StringBuilder into, String indent, SortedMap<String, String> event) {
        int width = event.keySet().stream()
                .mapToInt(field -> Ecs.name(field).length())
                .max()
                .orElse(0);
        for (String field : ORDER) {
            String value = event.get(field);
            if (value != null) {
                field(into, indent, width, field, value);
            }
        }
        for (Map.Entry<String, String> one : event.entrySet()) {
            if (!ORDER.contains(one.getKey())) {
                field(into, indent, width, one.getKey(), one.getValue());
            }
        }
    }

    private static void field(StringBuilder into, String indent, int width, String field, String value) {
        String name = Ecs.name(field);
        into.append(indent)
                .append(name)
                .append(" ".repeat(width - name.length() + 2))
                .append(Printable.line(value, WIDEST))
                .append('\n');
    }
}
