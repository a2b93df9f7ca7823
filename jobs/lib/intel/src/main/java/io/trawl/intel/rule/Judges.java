package io.trawl.intel.rule;

import io.trawl.record.ProxyEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Several judges as one. */
final class Judges implements Judge {
    private final List<Judge> all;

    Judges(List<Judge> all) {
        this.all = List.copyOf(all);
    }

    @Override
    public void judge(ProxyEvent event, Consumer<? super Verdict> verdicts) {
        for (Judge one : all) {
            one.judge(event, verdicts);
        }
    }

    @Override
    public Set<String> columns() {
        Set<String> columns = new HashSet<>();
        all.forEach(one -> columns.addAll(one.columns()));
        return columns;
    }

    @Override
    public Sieve sieve() {
        return Sieve.any(all.stream().map(Judge::sieve).toList());
    }
}
