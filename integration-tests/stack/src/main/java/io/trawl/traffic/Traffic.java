package io.trawl.traffic;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * A log of made-up proxy traffic. The same settings give the same bytes, each time it is iterated.
 *
 * <p>Hosts come by Zipf, 40 % of the requests are CONNECT, 1 % go to addresses, clients are 4 sites x 20 floors x 60
 * machines. Of each thousand lines a fixed number are hits, near misses and malformed ones, at places the seed chooses;
 * the kinds of each take turns, so that 200 hits are at least 20 of every kind.
 */
public final class Traffic implements Iterable<Line> {
    final Builder settings;
    final IndicatorPool pool;

    private Traffic(Builder settings) {
        this.settings = settings;
        this.pool = new IndicatorPool(settings.seed, settings.indicators);
    }

    /**
     * @param seed decides everything that is not set
     * @param lines lines of all proxies together
     */
    public static Builder builder(long seed, long lines) {
        return new Builder(seed, lines);
    }

    /** The lines of all proxies in the order of their time. */
    @Override
    public Iterator<Line> iterator() {
        return new Generator(this);
    }

    public List<String> proxies() {
        return settings.proxies;
    }

    public Format format() {
        return settings.format;
    }

    /**
     * Writes the indicator feeds: {@code blocklist.txt}, a plain list with comments, in part defanged, and
     * {@code threats.csv} with the columns indicator, type, first_seen, valid_until, confidence and malware. No
     * indicator is in both.
     *
     * @param folder made if it is not there; files of these names are replaced
     */
    public void writeFeeds(Path folder) throws IOException {
        FeedFiles.write(this, folder);
    }

    /** Settings, each with its default. */
    public static final class Builder {
        final long seed;
        final long lines;
        int hits = 1;
        int nearMisses = 1;
        int malformed = 5;
        Format format = Format.SQUID;
        Instant start = Instant.parse("2026-11-24T10:00:00Z");
        double rate = 1000;
        int hosts = 20_000;
        long indicators = IndicatorPool.LARGEST;
        List<String> proxies = List.of("proxy1", "proxy2");

        private Builder(long seed, long lines) {
            this.seed = seed;
            this.lines = atLeast("lines", lines, 0);
        }

        /** Hits in each thousand lines (default 1). */
        public Builder hits(int perMille) {
            this.hits = perMille;
            return this;
        }

        /** Lines in each thousand that resemble a hit and are none (default 1). */
        public Builder nearMisses(int perMille) {
            this.nearMisses = perMille;
            return this;
        }

        /** Malformed lines in each thousand (default 5). */
        public Builder malformed(int perMille) {
            this.malformed = perMille;
            return this;
        }

        /** Default squid. */
        public Builder format(Format format) {
            this.format = format;
            return this;
        }

        /** When the first line is written (default 2026-11-24T10:00:00Z). */
        public Builder start(Instant start) {
            this.start = start;
            return this;
        }

        /** Lines a second of all proxies together, by the time in the lines (default 1000). */
        public Builder rate(double linesPerSecond) {
            if (!(linesPerSecond > 0)) {
                throw new IllegalArgumentException(
                        "rate is " + linesPerSecond + "; expected lines a second above 0, for example 1000");
            }
            this.rate = linesPerSecond;
            return this;
        }

        /** Distinct domains that are not indicators (default 20,000). */
        public Builder hosts(int hosts) {
            this.hosts = (int) atLeast("hosts", hosts, 1);
            return this;
        }

        /** Indicators in the feeds, at least 200 (default 10,000). From 10,000 on the same lines for any number. */
        public Builder indicators(long indicators) {
            this.indicators = atLeast("indicators", indicators, IndicatorPool.SMALLEST);
            return this;
        }

        /** Names of the proxies (default proxy1, proxy2). A client stays with its proxy. */
        public Builder proxies(List<String> names) {
            if (names.isEmpty() || Set.copyOf(names).size() < names.size()) {
                throw new IllegalArgumentException(
                        "proxies are " + names + "; expected distinct names, for example proxy1, proxy2");
            }
            this.proxies = List.copyOf(names);
            return this;
        }

        /** @throws IllegalArgumentException if the planted lines are more than all */
        public Traffic build() {
            atLeast("hits", hits, 0);
            atLeast("nearMisses", nearMisses, 0);
            atLeast("malformed", malformed, 0);
            if (hits + nearMisses + malformed > 1000) {
                throw new IllegalArgumentException("hits, near misses and malformed lines are "
                        + (hits + nearMisses + malformed)
                        + " of each thousand; expected at most 1000, for example 1, 1 and 5");
            }
            return new Traffic(this);
        }

        private static long atLeast(String name, long value, long least) {
            if (value < least) {
                throw new IllegalArgumentException(name + " is " + value + "; expected at least " + least);
            }
            return value;
        }
    }
}
