package io.trawl.cli.files.rule;

import io.trawl.cli.files.output.Json;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.document.Refusal;
import java.util.List;

/** What rules say, as JSON. */
final class RuleText {
    private RuleText() {}

    /** {@code "rule":{"id","name"}}. */
    static void rule(String id, String name, Json json) {
        int rule = json.begin("rule");
        json.member("id", id).member("name", name);
        json.end(rule);
    }

    /** Level, score and tags. */
    static void grave(Level level, int score, List<String> tags, Json json) {
        json.member("level", level.text()).member("score", score);
        if (!tags.isEmpty()) {
            json.member("tags", tags);
        }
    }

    /** {@code "why":[{"selection","field","value","part"}]}. */
    static void why(Verdict verdict, Json json) {
        json.array("why");
        for (Verdict.Reason reason : verdict.why()) {
            json.begin()
                    .member("selection", reason.selection())
                    .member("field", reason.field())
                    .member("value", reason.value())
                    .member("part", reason.part())
                    .end();
        }
        json.endArray();
    }

    /** {@code {"refused":{"file","line","reason"}}}, or with another word. */
    static void place(String word, Refusal refusal, Json json) {
        json.begin();
        int of = json.begin(word);
        json.member("file", refusal.file()).member("line", refusal.line()).member("reason", refusal.reason());
        json.end(of);
        json.end().newline();
    }
}
