package io.trawl.parsing.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Records;
import io.trawl.parsing.mapping.Mapping;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Events whose client is the one that X-Forwarded-For names, for a server behind proxies of its own. Each of them appends
 * the address that it was asked by, so the address that counts is as many from the end as there are proxies: what is in
 * front of it was written by whoever sent the request.
 *
 * @param of reads the lines
 * @param proxies how many proxies of its own the server is behind, at least 1
 */
public record Forwarded(Parser of, int proxies) implements Parser {
    /** A parser whose clients are those of the list; the parser itself where there are no proxies. */
    public static Parser behind(int proxies, Parser parser) {
        return proxies == 0 ? parser : new Forwarded(parser, proxies);
    }

    @Override
    public String name() {
        return of.name();
    }

    @Override
    public int version() {
        return of.version();
    }

    @Override
    public String id() {
        return of.id();
    }

    @Override
    public List<Parser> formats() {
        return of.formats();
    }

    @Override
    public Parser withoutArrival() {
        return new Forwarded(of.withoutArrival(), proxies);
    }

    @Override
    public Parser under(String header) {
        return new Forwarded(of.under(header), proxies);
    }

    @Override
    public boolean hasRecords() {
        return of.hasRecords();
    }

    @Override
    public @Nullable Records records(byte[] message) {
        return of.records(message);
    }

    @Override
    public @Nullable Failure parse(byte[] line, ProxyEvent into) {
        return resolved(of.parse(line, into), into);
    }

    @Override
    public @Nullable Failure parse(byte[] line, @Nullable Instant arrived, ProxyEvent into) {
        return resolved(of.parse(line, arrived, into), into);
    }

    @Override
    public @Nullable Failure parse(
            byte[] line, @Nullable Instant arrived, ProxyEvent into, Consumer<? super Parser> by) {
        return resolved(of.parse(line, arrived, into, by), into);
    }

    private @Nullable Failure resolved(@Nullable Failure failure, ProxyEvent into) {
        String list = into.getNetworkForwardedIp();
        if (failure == null && list != null) {
            String client = client(list, proxies);
            if (client != null) {
                into.setSourceAddress(client);
                into.setSourceIp(client);
            }
        }
        return failure;
    }

    /**
     * The address that counts; the first one if the list is shorter; null if what is there is no address. IIS writes a plus
     * sign for a space.
     */
    static @Nullable String client(String list, int proxies) {
        int to = list.length();
        int from = list.lastIndexOf(',', to - 1) + 1;
        for (int i = 1; i < proxies && from > 0; i++) {
            to = from - 1;
            from = list.lastIndexOf(',', to - 1) + 1;
        }
        return Mapping.address(list.substring(from, to).replace('+', ' ').strip());
    }
}
