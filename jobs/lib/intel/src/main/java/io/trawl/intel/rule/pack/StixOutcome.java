package io.trawl.intel.rule.pack;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.files.OtherRules;
import io.trawl.intel.rule.stix.Judgement;
import io.trawl.intel.rule.stix.StixFiles;
import io.trawl.intel.rule.stix.StixPatterns;
import io.trawl.record.Indicator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What became of the STIX patterns of a pack: rules, indicators, and those that find nothing. */
public final class StixOutcome implements OtherRules {
    private final StixPatterns patterns;
    private final List<Indicator> indicators = new ArrayList<>();
    private final List<Judgement> several = new ArrayList<>();
    private final List<Judgement> notSweepable = new ArrayList<>();

    StixOutcome(StixPatterns patterns) {
        this.patterns = patterns;
    }

    @Override
    public void read(String file, byte[] bytes, Consumer<Rule> rules, Consumer<Refusal> refused) {
        Consumer<Judgement> take = judgement -> take(judgement, rules, refused);
        try (InputStream in = new ByteArrayInputStream(bytes)) {
            if (file.endsWith(".json")) {
                StixFiles.bundle(in, file, patterns, take);
            } else {
                StixFiles.lines(in, file, patterns, take);
            }
        } catch (IOException e) {
            refused.accept(new Refusal(file, 1, e.getMessage()));
        }
    }

    private void take(Judgement judgement, Consumer<Rule> rules, Consumer<Refusal> refused) {
        if (judgement instanceof Judgement.OneEvent one) {
            rules.accept(one.rule());
        } else if (judgement instanceof Judgement.Indexed indexed) {
            indicators.addAll(indexed.indicators());
        } else if (judgement instanceof Judgement.Several) {
            several.add(judgement);
        } else if (judgement instanceof Judgement.NotSweepable) {
            notSweepable.add(judgement);
        } else if (judgement instanceof Judgement.Refused no) {
            Rule.Place place = no.indicator().place();
            refused.accept(new Refusal(place.file(), place.line(), no.reason()));
        }
    }

    /** Patterns that are equalities alone: they belong into the index. */
    public List<Indicator> indicators() {
        return indicators;
    }

    /** Patterns that several events decide together. */
    public List<Judgement> several() {
        return several;
    }

    /** Patterns of which logs say nothing. */
    public List<Judgement> notSweepable() {
        return notSweepable;
    }
}
