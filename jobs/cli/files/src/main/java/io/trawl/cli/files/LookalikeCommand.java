package io.trawl.cli.files;

import io.trawl.cli.files.log.LineWork;
import io.trawl.cli.files.log.Logs;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.lookalike.Finding;
import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.lookalike.Variants;
import io.trawl.intel.lookalike.brand.Brand;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.brand.BrandsFile;
import io.trawl.intel.lookalike.brand.Popularity;
import io.trawl.intel.lookalike.host.HostFinding;
import io.trawl.intel.lookalike.host.HostRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code trawl lookalike}: which brand a host looks like, and which hosts are none. */
final class LookalikeCommand implements LineWork {
    private static final String[] HEADING = {"KIND", "TECHNIQUE", "SCORE", "BRAND", "HOST", "REASON"};
    private static final int DEFAULT_TOP = 1000;
    private static final int MOST_SCORE = 100;

    private final Lookalikes lookalikes;
    private final HostRules hosts;
    private final boolean table;

    private LookalikeCommand(Lookalikes lookalikes, HostRules hosts, boolean table) {
        this.lookalikes = lookalikes;
        this.hosts = hosts;
        this.table = table;
    }

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(
                words,
                Set.of("--brands", "--popular", "--top", "--internal", "--least", "--variants", "--output"),
                Set.of());
        boolean table = arguments.table();
        String variants = arguments.value("--variants");
        int least = number(arguments, "--least", Lookalikes.LEAST, MOST_SCORE);
        if (variants != null) {
            return variants(variants, arguments, least, table, streams);
        }
        String popular = arguments.value("--popular");
        Popularity popularity = popular == null ? Popularity.NONE : Popularity.read(Path.of(popular));
        Brands brands = brands(arguments, popularity);
        if (brands.all().isEmpty()) {
            streams.err()
                    .println(
                            "trawl lookalike: no brands, so only hosts that are none are found; --brands FILE names yours");
        }
        List<String> internal = new ArrayList<>(HostRules.INTERNAL);
        String more = arguments.value("--internal");
        if (more != null) {
            internal.addAll(List.of(more.split(",", -1)));
            internal.removeIf(String::isBlank);
        }
        LookalikeCommand command = new LookalikeCommand(
                Lookalikes.of(brands, popularity, host -> false, least), HostRules.of(internal), table);
        List<String> values = arguments.operands();
        Table shown = table ? new Table(HEADING) : null;
        if (values.isEmpty() || values.equals(List.of(Input.STDIN))) {
            return Logs.run("lookalike", command, shown, Input.of(List.of()), streams)
                    .status();
        }
        Output output = new Output();
        int found = 0;
        for (String value : values) {
            found += command.write(value, output);
        }
        write(output, shown, streams);
        return found > 0 ? 0 : 1;
    }

    private static void write(Output output, @Nullable Table shown, Streams streams) throws IOException {
        if (shown == null) {
            output.json().writeTo(streams.out());
        } else {
            streams.out().write(shown.lines(output.rows()));
        }
        streams.out().flush();
    }

    /** The brands of the file and the first of the popularity list; none if neither is given. */
    private static Brands brands(Arguments arguments, Popularity popularity) throws IOException {
        String file = arguments.value("--brands");
        String top = arguments.value("--top");
        boolean popular = arguments.value("--popular") != null;
        if (top != null && !popular) {
            throw new IllegalArgumentException("--top " + top + ": expected --popular FILE with it");
        }
        // Beside a file of brands a popularity list says what is popular; its first are brands if --top asks for them.
        boolean takesTop = popular && (file == null || top != null);
        Brands first = takesTop
                ? Brands.ofDomains(popularity.top(number(arguments, "--top", DEFAULT_TOP, Integer.MAX_VALUE)))
                : null;
        Brands own = file == null ? null : BrandsFile.read(Path.of(file));
        if (own == null) {
            return first == null ? Brands.of(List.of()) : first;
        }
        return first == null ? own : own.with(first);
    }

    private static int number(Arguments arguments, String option, int otherwise, int most) {
        String text = arguments.value(option);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below says what is expected.
        }
        throw new IllegalArgumentException(option + " " + text + ": expected a number from 0"
                + (most < Integer.MAX_VALUE ? " to " + most : "") + ", for example " + otherwise);
    }

    /** Lists hosts that look like a brand and are found, with the technique that each is found by. */
    private static int variants(String domain, Arguments arguments, int least, boolean table, Streams streams)
            throws IOException {
        if (!arguments.operands().isEmpty()) {
            throw new IllegalArgumentException(
                    "--variants takes no HOST: '" + arguments.operands().get(0) + "' is one too many");
        }
        Brands one = Brands.ofDomains(List.of(domain));
        if (one.all().isEmpty()) {
            throw new IllegalArgumentException(
                    "--variants " + domain + ": expected a registrable domain, for example paypal.com");
        }
        Brand brand = one.all().get(0);
        Lookalikes lookalikes = Lookalikes.of(one, Popularity.NONE, host -> false, least);
        Output output = new Output();
        int found = 0;
        for (String host : Variants.of(brand)) {
            Finding finding = lookalikes.judge(host);
            if (finding != null) {
                found++;
                if (table) {
                    output.row(finding.technique().id(), Integer.toString(finding.score()), host);
                } else {
                    output.json()
                            .begin()
                            .member("host", host)
                            .member("technique", finding.technique().id())
                            .member("score", finding.score())
                            .end()
                            .newline();
                }
            }
        }
        write(output, table ? new Table("TECHNIQUE", "SCORE", "HOST") : null, streams);
        return found > 0 ? 0 : 1;
    }

    @Override
    public int line(Origin of, long number, byte[] line, Output output) {
        int length = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        String text = new String(line, 0, length, StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? 0 : write(text, output);
    }

    @Override
    public int oversize(String file, long number, long bytes, Output output) {
        String problem = Logs.oversize(bytes).message();
        if (table) {
            output.row("-", "-", "-", "-", "", "error: " + problem);
        } else {
            output.json()
                    .begin()
                    .member("host", "")
                    .member("error", problem)
                    .end()
                    .newline();
        }
        return 0;
    }

    /** @return 1 if something was found */
    private int write(String text, Output output) {
        List<HostFinding> none = hosts.judge(text);
        Finding finding = lookalikes.judge(HostRules.host(text));
        if (table) {
            rows(text, none, finding, output);
            return finding == null && none.isEmpty() ? 0 : 1;
        }
        Json json = output.json().begin().member("host", text);
        if (finding != null) {
            int member = json.begin("finding");
            json.member("kind", "lookalike")
                    .member("brand", finding.brand())
                    .member("technique", finding.technique().id())
                    .member("score", finding.score());
            int parts = json.begin("parts");
            for (Finding.Part part : finding.parts()) {
                json.member(part.name(), part.points());
            }
            json.end(parts);
            json.member("reason", finding.reason());
            json.end(member);
        } else if (!none.isEmpty()) {
            HostFinding first = none.get(0);
            int member = json.begin("finding");
            json.member("kind", "host")
                    .member("rule", first.rule().id())
                    .member("technique", first.rule().id())
                    .member("level", first.rule().level().text())
                    .member("score", first.rule().level().score())
                    .member("reason", first.reason());
            json.end(member);
        } else {
            json.none("finding");
        }
        if (none.size() > (finding == null ? 1 : 0)) {
            json.member(
                    "also",
                    none.subList(finding == null ? 1 : 0, none.size()).stream()
                            .map(HostFinding::reason)
                            .toList());
        }
        json.end().newline();
        return finding == null && none.isEmpty() ? 0 : 1;
    }

    private static void rows(String text, List<HostFinding> none, @Nullable Finding finding, Output output) {
        if (finding != null) {
            output.row(
                    "lookalike",
                    finding.technique().id(),
                    Integer.toString(finding.score()),
                    finding.brand().isEmpty() ? "-" : finding.brand(),
                    text,
                    finding.reason());
        }
        for (HostFinding host : none) {
            output.row(
                    "host",
                    host.rule().id(),
                    Integer.toString(host.rule().level().score()),
                    "-",
                    text,
                    host.reason());
        }
        if (finding == null && none.isEmpty()) {
            output.row("-", "-", "-", "-", text, "-");
        }
    }
}
