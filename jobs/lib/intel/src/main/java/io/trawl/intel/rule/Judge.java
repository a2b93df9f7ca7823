package io.trawl.intel.rule;

import io.trawl.record.ProxyEvent;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Judges events by rules of any kind. Safe for use by several threads. */
public interface Judge {
    /** Of no rules. */
    Judge NONE = new Judges(List.of());

    /** Gives each rule that the event meets, always in the same order. */
    void judge(ProxyEvent event, Consumer<? super Verdict> verdicts);

    /** The columns of an event that are read, as {@code url_original}. */
    Set<String> columns();

    /** What tells the events that meet no rule by single values of them. */
    Sieve sieve();

    /** Judges by several, one after the other. */
    static Judge all(List<Judge> judges) {
        return judges.size() == 1 ? judges.get(0) : new Judges(judges);
    }
}
