package io.trawl.steps;

import io.trawl.columns.read.Block;
import io.trawl.columns.read.Cells;
import io.trawl.columns.read.Texts;
import io.trawl.intel.Engine;
import io.trawl.intel.index.EventSieve;
import io.trawl.record.ProxyEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The events of blocks; empty for each that a {@link EventSieve} holds back. A distinct value is looked at once, as long as it is not forgotten. */
final class Candidates implements Iterator<Optional<ProxyEvent>> {
    private final Iterator<Block<ProxyEvent>> blocks;
    private final boolean webServer;
    private final boolean anyUrl;
    private final Verdicts domains;
    private final Verdicts addresses;
    private final Verdicts referrers;
    private final Verdicts agents;
    private final Map<String, Predicate<String>> beyondWeb;
    private final Map<String, Verdicts> verdictsBeyondWeb = new HashMap<>();

    private @Nullable Block<ProxyEvent> block;
    private @Nullable Columns columns;
    private int row;

    Candidates(Engine engine, Iterator<Block<ProxyEvent>> blocks) {
        EventSieve sieve = engine.sieve();
        this.blocks = blocks;
        this.webServer = engine.webServer();
        this.anyUrl = sieve.anyUrl();
        this.domains = new Verdicts(sieve::domain);
        this.addresses = new Verdicts(sieve::address);
        this.referrers = new Verdicts(sieve::referrer);
        this.agents = new Verdicts(sieve::userAgent);
        this.beyondWeb = sieve.beyondWeb();
    }

    @Override
    public boolean hasNext() {
        while (block == null || columns == null || row == block.rows()) {
            if (!blocks.hasNext()) {
                return false;
            }
            block = blocks.next();
            columns = new Columns(block, beyondWeb(block));
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

    /** The columns of {@link EventSieve#beyondWeb} that have any value, which is none for a proxy's log. */
    private Judged[] beyondWeb(Block<ProxyEvent> of) {
        List<Judged> judged = new ArrayList<>();
        beyondWeb.forEach((field, mayMatch) -> {
            Cells cells = of.cells(field);
            if (cells.mayHaveValues()) {
                judged.add(new Judged(cells, verdictsBeyondWeb.computeIfAbsent(field, any -> new Verdicts(mayMatch))));
            }
        });
        return judged.toArray(Judged[]::new);
    }

    private boolean mayMatch(Columns of, int at) {
        if (anyUrl) {
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
                || of.beyondWeb.length > 0 && mayMatchBeyondWeb(of, at);
    }

    private static boolean mayMatchBeyondWeb(Columns of, int at) {
        for (Judged column : of.beyondWeb) {
            if (column.cells.at(at) && column.verdicts.mayMatch(column.verdicts.number(column.cells))) {
                return true;
            }
        }
        return false;
    }

    /** A column with what was said of its values. */
    private record Judged(Cells cells, Verdicts verdicts) {}

    /** The columns that are looked at. */
    private static final class Columns {
        final Cells domain;
        final Cells peer;
        final Cells referrer;
        final Cells agent;
        final Cells client;
        final Cells url;
        final Judged[] beyondWeb;

        Columns(Block<ProxyEvent> block, Judged[] beyondWeb) {
            this.beyondWeb = beyondWeb;
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

        private final Predicate<String> judge;
        private Texts texts = new Texts();
        private byte[] verdicts = {};

        Verdicts(Predicate<String> judge) {
            this.judge = judge;
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
                verdict = judge.test(texts.text(number)) ? MAYBE : NO;
                verdicts[number] = verdict;
            }
            return verdict == MAYBE;
        }
    }
}
