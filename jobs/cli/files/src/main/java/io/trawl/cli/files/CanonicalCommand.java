package io.trawl.cli.files;

import io.trawl.cli.files.log.LineWork;
import io.trawl.cli.files.log.Logs;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.feed.Indicators;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code trawl canonical}: the canonical form of values as people write them, or why they have none. */
final class CanonicalCommand implements LineWork {
    private final boolean table;

    private CanonicalCommand(boolean table) {
        this.table = table;
    }

    /**
     * A value read.
     *
     * @param type as an indicator has it: domain, ipv4, ipv6, cidr, url, url-prefix, domain-port, ip-port, url-path, email-domain,
     *     md5, sha1 or sha256; empty if it has no canonical form
     * @param canonical null if it has none
     * @param error why it has none; empty if it has one
     */
    record Read(String type, @Nullable String canonical, String error) {}

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(words, Set.of("--output"), Set.of());
        boolean table = arguments.table();
        Table shown = table ? new Table("TYPE", "CANONICAL", "HOST", "INPUT") : null;
        CanonicalCommand command = new CanonicalCommand(table);
        List<String> values = arguments.operands();
        if (values.isEmpty() || values.equals(List.of(Input.STDIN))) {
            return Logs.run("canonical", command, shown, Input.of(List.of()), streams)
                    .status();
        }
        Output output = new Output();
        int found = 0;
        for (String value : values) {
            found += command.write(value, read(value), output);
        }
        if (shown == null) {
            output.json().writeTo(streams.out());
        } else {
            streams.out().write(shown.lines(output.rows()));
        }
        streams.out().flush();
        return found > 0 ? 0 : 1;
    }

    @Override
    public int line(Origin of, long number, byte[] line, Output output) {
        int length = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line, 0, length))
                    .toString();
            return write(value, read(value), output);
        } catch (CharacterCodingException e) {
            return write(new String(line, 0, length, StandardCharsets.UTF_8), new Read("", null, "not UTF-8"), output);
        }
    }

    @Override
    public int oversize(String file, long number, long bytes, Output output) {
        return write("", new Read("", null, Logs.oversize(bytes).message()), output);
    }

    /** A value as an indicator, defanged or not; what is not an indicator may still be a host, a range or a URL. */
    static Read read(String text) {
        Indicators.Read indicator = Indicators.read(text);
        if (indicator.value() != null) {
            return new Read(indicator.type(), indicator.value(), "");
        }
        String plain = text.strip();
        Canonical.Result result;
        if (plain.contains("://")) {
            result = Canonical.url(plain);
        } else if (plain.indexOf('/') > 0) {
            result = Canonical.cidr(plain);
            result = result.canonical() == null ? Canonical.url(plain) : result;
        } else {
            result = Canonical.host(plain);
        }
        return result.canonical() == null
                ? new Read("", null, indicator.reason())
                : new Read(result.kind().name().toLowerCase(Locale.ROOT), result.canonical(), "");
    }

    private int write(String input, Read read, Output output) {
        String canonical = read.canonical();
        Canonical.Url url = canonical == null ? null : url(canonical, read.type());
        if (table) {
            output.row(
                    canonical == null ? "-" : read.type(),
                    canonical == null ? "error: " + read.error() : canonical,
                    Table.cell(url == null ? null : url.host()),
                    input);
            return canonical == null ? 0 : 1;
        }
        Json json = output.json().begin().member("input", input);
        if (canonical == null) {
            json.member("error", read.error());
        } else {
            json.member("type", read.type()).member("canonical", canonical);
            if (url != null) {
                json.member("host", url.host());
                if (url.hostKind() == Canonical.Kind.DOMAIN) {
                    json.member("registrable_domain", Suffixes.registrableDomain(url.host()));
                }
                if (!read.type().equals("email-domain")) {
                    json.member("expressions", Suffixes.expressions(url));
                }
            }
        }
        json.end().newline();
        return canonical == null ? 0 : 1;
    }

    /** A canonical host or URL in parts, a host being the URL that has nothing else; null if it has no host. */
    private static Canonical.@Nullable Url url(String canonical, String type) {
        return switch (type) {
            case "url", "url-prefix", "domain-port", "ip-port" -> Canonical.parseUrl(canonical);
            case "domain", "email-domain", "ipv4", "ipv6" ->
                new Canonical.Url("", canonical, Canonical.host(canonical).kind(), "", "/");
            default -> null;
        };
    }
}
