package io.trawl.cli.files.rule;

import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.document.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** {@code trawl rules check}: what of files can be run, and why the rest cannot. */
final class CheckAction {
    private CheckAction() {}

    /** An object to be written, by its place. */
    private record Said(String file, int line, Consumer<Json> write) {}

    /** @return 0 if nothing is refused, else 1 */
    static int run(RuleBook book, Streams streams) throws IOException {
        List<Said> all = new ArrayList<>();
        for (RuleBook.Valid one : book.valid()) {
            Rule.Place place = one.place();
            all.add(new Said(place.file(), place.line(), json -> valid(one, book, json)));
        }
        for (Refusal one : book.refused()) {
            all.add(new Said(one.file(), one.line(), json -> RuleText.place("refused", one, json)));
        }
        for (Refusal one : book.notSweepable()) {
            all.add(new Said(one.file(), one.line(), json -> RuleText.place("not_sweepable", one, json)));
        }
        for (Refusal one : book.idle()) {
            all.add(new Said(one.file(), one.line(), json -> RuleText.place("filters_nothing", one, json)));
        }
        all.sort(Comparator.comparing(Said::file).thenComparingInt(Said::line));
        Json json = new Json();
        for (Said one : all) {
            one.write.accept(json);
        }
        json.writeTo(streams.out());
        streams.out().flush();
        return book.refused().isEmpty() ? 0 : 1;
    }

    private static void valid(RuleBook.Valid one, RuleBook book, Json json) {
        json.begin();
        int of = json.begin("valid");
        json.member("file", one.place().file())
                .member("line", one.place().line())
                .member("kind", one.kind().name().toLowerCase(Locale.ROOT))
                .member("id", one.id())
                .member("name", one.name());
        if (!one.left().isEmpty()) {
            json.member("left_out", one.left());
        }
        for (RuleBook.CannotFire cannot : book.cannotFire()) {
            if (cannot.id().equals(one.id())) {
                json.member("cannot_fire", cannot.fields());
            }
        }
        json.end(of);
        json.end().newline();
    }
}
