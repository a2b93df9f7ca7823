package io.trawl.steps;

import io.trawl.columns.read.Block;
import io.trawl.columns.read.Cells;
import io.trawl.columns.read.Texts;
import io.trawl.intel.Engine;
import io.trawl.intel.index.EventSieve;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Sieve;
import io.trawl.record.ProxyEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The events of blocks; empty for each that the sieves of indicators and rules hold back. A distinct value is looked at once, as long as it is not forgotten. */
final class Candidates implements Iterator<Optional<ProxyEvent>> {
    private final Iterator<Block<ProxyEvent>> blocks;
    private final boolean webServer;
    private final boolean anyEvent;
    private final Verdicts domains;
    private final Verdicts addresses;
    private final Verdicts referrers;
    private final Verdicts agents;
    /** Columns that only some logs have, and those that only rules look at. */
    private final Map<String, Verdicts> others = new LinkedHashMap<>();

    private final Map<String, LongPredicate> numbers;

    private @Nullable Block<ProxyEvent> block;
    private @Nullable Columns columns;
    private int row;

    Candidates(Engine engine, Iterator<Block<ProxyEvent>> blocks) {
        EventSieve sieve = engine.sieve();
        this.blocks = blocks;
        this.webServer = engine.webServer();
        Judge rules = engine.rules();
        Sieve ruled = rules == null ? Judge.NONE.sieve() : rules.sieve();
        Map<String, Sieve.Values> texts = new LinkedHashMap<>(ruled.texts());
        this.anyEvent = sieve.anyUrl() || ruled.always();
        this.domains = new Verdicts(sieve::domain, texts.remove("url_domain"));
        this.addresses = new Verdicts(sieve::address, null);
        this.referrers = new Verdicts(sieve::referrer, texts.remove("http_request_referrer"));
        this.agents = new Verdicts(sieve::userAgent, texts.remove("user_agent_original"));
        sieve.beyondWeb().forEach((column, may) -> others.put(column, new Verdicts(may, texts.remove(column))));
        texts.forEach((column, may) -> others.put(column, new Verdicts(null, may)));
        this.numbers = ruled.numbers();
    }

    @Override
    public boolean hasNext() {
        while (block == null || columns == null || row == block.rows()) {
            if (!blocks.hasNext()) {
                return false;
            }
            block = blocks.next();
            columns = new Columns(block, others(block));
            row = 0;
        }
        return true;
    }

    @Override
    public Optional<ProxyEvent> next() {
        if (!hasNext() || block == null || columns == null) {
            throw new NoSuchElementException();
        }
        Optional<ProxyEvent> event = mayMatch(columns, row) ? Optional.of(block.record(row)) : Optional.empty();
        row++;
        return event;
    }

    /** The other columns that have any value in a block. */
    private Judged[] others(Block<ProxyEvent> of) {
        List<Judged> judged = new ArrayList<>();
        others.forEach((column, verdicts) -> add(judged, of.cells(column), verdicts::mayMatch));
        numbers.forEach((column, may) -> add(judged, of.cells(column), cells -> may.test(cells.number())));
        return judged.toArray(Judged[]::new);
    }

    private static void add(List<Judged> judged, Cells cells, Predicate<Cells> mayMatch) {
        if (cells.mayHaveValues()) {
            judged.add(new Judged(cells, mayMatch));
        }
    }

    private boolean mayMatch(Columns of, int at) {
        if (anyEvent) {
            return true;
        }
        boolean hasDomain = of.domain.at(at);
        int domain = hasDomain ? domains.number(of.domain) : -1;
        return hasDomain && domains.mayMatch(domain)
                || of.peer.at(at) && addresses.mayMatch(addresses.number(of.peer))
                || of.referrer.at(at) && referrers.mayMatch(referrers.number(of.referrer))
                || of.agent.at(at) && agents.mayMatch(agents.number(of.agent))
                || webServer && of.client.at(at) && addresses.mayMatch(addresses.number(of.client))
                || of.url.at(at) && !(hasDomain && domains.isHostOf(of.url.bytes(), domain))
                || of.others.length > 0 && mayMatchOthers(of, at);
    }

    private static boolean mayMatchOthers(Columns of, int at) {
        for (Judged column : of.others) {
            if (column.cells.at(at) && column.mayMatch.test(column.cells)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A column, and what tells whether an event may match by the value of the row that its cells are at.
     */
    private record Judged(Cells cells, Predicate<Cells> mayMatch) {}

    /** The columns that are looked at. */
    private static final class Columns {
        final Cells domain;
        final Cells peer;
        final Cells referrer;
        final Cells agent;
        final Cells client;
        final Cells url;
        final Judged[] others;

        Columns(Block<ProxyEvent> block, Judged[] others) {
            this.others = others;
            domain = block.cells("url_domain");
            peer = block.cells("destination_ip");
            referrer = block.cells("http_request_referrer");
            agent = block.cells("user_agent_original");
            client = block.cells("source_ip");
            url = block.cells("url_full");
        }
    }

    /** What was said of each text. */
    private static final class Verdicts {
        private static final byte UNKNOWN = 0;
        private static final byte NO = 1;
        private static final byte MAYBE = 2;

        /** Texts, and bytes of them, that are kept; then all are forgotten: what hardly repeats shall not fill the heap. */
        private static final int MOST = 200_000;

        private static final int MOST_BYTES = 8 << 20;

        private final @Nullable Predicate<String> indicators;
        private final Sieve.@Nullable Values rules;
        private Texts texts = new Texts();
        private byte[] verdicts = {};

        Verdicts(@Nullable Predicate<String> indicators, Sieve.@Nullable Values rules) {
            this.indicators = indicators;
            this.rules = rules;
        }

        boolean mayMatch(Cells cells) {
            return mayMatch(number(cells));
        }

        int number(Cells cells) {
            if (texts.size() >= MOST || texts.length() >= MOST_BYTES) {
                texts = new Texts();
                Arrays.fill(verdicts, UNKNOWN);
            }
            return cells.number(texts);
        }

        boolean isHostOf(ByteBuffer url, int number) {
            return EventSieve.isPlainly(url, texts.bytes(), texts.from(number), texts.to(number));
        }

        boolean mayMatch(int number) {
            if (number >= verdicts.length) {
                verdicts = Arrays.copyOf(verdicts, Math.max(1024, 2 * number));
            }
            byte verdict = verdicts[number];
            if (verdict == UNKNOWN) {
                boolean may = rules != null && rules.mayMeet(texts.bytes(), texts.from(number), texts.to(number))
                        || indicators != null && indicators.test(texts.text(number));
                verdict = may ? MAYBE : NO;
                verdicts[number] = verdict;
            }
            return verdict == MAYBE;
        }
    }
}
