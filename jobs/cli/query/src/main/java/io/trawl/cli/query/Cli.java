package io.trawl.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Observables;
import io.trawl.intel.feed.Indicators;
import io.trawl.run.Jobs;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What HBase, lake and Kafka know, at a terminal: {@code detections}, {@code sightings}, {@code parity}, {@code tail}; and {@code doctor}, which asks how they are. */
@Command(name = "trawl", description = "Asks for detections, sightings and alerts.")
public final class Cli {
    private Cli() {}

    public static void main(String[] args) {
        // What a library logs would go where the answer goes; what is wrong is said in one line.
        System.setProperty("log4j2.level", "OFF");
        System.setProperty("picocli.trace", "OFF");
        System.exit(run(args, new PrintStream(System.out, false, StandardCharsets.UTF_8), System.err));
    }

    /** The sub-commands and their options; bin/lib has the help of each. */
    static CommandLine commands(PrintStream out, PrintStream err) {
        return new CommandLine(new Cli())
                .addSubcommand(new Detections(out))
                .addSubcommand(new Sightings(out))
                .addSubcommand(new ParityCommand(out))
                .addSubcommand(new Tail(out, err))
                .addSubcommand(new MigrateLake(out))
                .addSubcommand(new Doctor(out));
    }

    /** @return exit status: 0 answered, 2 a bad argument, 1 anything else */
    static int run(String[] args, PrintStream out, PrintStream err) {
        CommandLine command = commands(out, err);
        command.setParameterExceptionHandler((e, unparsed) -> {
            err.println("trawl " + e.getCommandLine().getCommandName() + ": " + Jobs.message(e));
            return 2;
        });
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            String said = Jobs.message(e);
            err.println("trawl " + line.getCommandName() + ": " + said.replace('\n', ' '));
            boolean known = e instanceof JobFailure || e instanceof IllegalArgumentException || Jobs.isAway(e);
            if (!known) {
                e.printStackTrace(err);
            }
            return e instanceof IllegalArgumentException ? 2 : 1;
        });
        int status = command.execute(args);
        out.flush();
        return status;
    }

    /** Options that all have. */
    static final class Common {
        @Option(names = "--output", paramLabel = "FORMAT", description = "table, or json: one object per line.")
        @Nullable
        String output;

        // The spelling of before; scripts have it.
        @Option(names = "--json", hidden = true)
        boolean json;

        @Option(names = "--conf", paramLabel = "FILE", description = "Settings that differ from the defaults.")
        @Nullable
        Path conf;

        @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting; takes precedence over the file.")
        Map<String, String> set = new LinkedHashMap<>();

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "This text.")
        boolean help;

        /** Whether one JSON object per line is asked for; null if nothing was said. */
        @Nullable
        Boolean json() {
            if (output != null && !output.equals("table") && !output.equals("json")) {
                throw new IllegalArgumentException("--output " + output + ": expected table or json");
            }
            return json ? Boolean.TRUE : output == null ? null : Boolean.valueOf(output.equals("json"));
        }

        /** Whether the answer is JSON; a table where nothing was said. */
        boolean isJson() {
            return Boolean.TRUE.equals(json());
        }

        Settings settings() {
            json();
            return Reach.impatient(Settings.load(conf, set));
        }
    }

    /** Where to begin. */
    static final class Since {
        @Option(
                names = "--since",
                paramLabel = "TIME",
                description =
                        "From this time on, that of the event (of tail: that of the alert): an instant (2026-11-24T10:00:00Z) or a duration back from now (PT1H, P7D).")
        @Nullable
        String since;

        @Nullable
        Instant from() {
            if (since == null) {
                return null;
            }
            try {
                return since.startsWith("P")
                        ? Instant.now().minus(Duration.parse(since))
                        : OffsetDateTime.parse(since).toInstant();
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "--since " + since
                                + ": expected an instant, for example 2026-11-24T10:00:00Z, or a duration, for example PT1H or P7D",
                        e);
            }
        }
    }

    /** How files of the cluster are reached. */
    static Configuration hadoop(Settings settings) {
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        return hadoop;
    }

    /** A client as detections have it: its address in canonical form, else its name as it was typed. */
    static String client(String typed) {
        String canonical = Canonical.host(typed).canonical();
        if (canonical != null && isAddress(canonical)) {
            return canonical;
        }
        // What looks like an address or a range and is none would never be met.
        if (typed.isEmpty() || typed.matches("[0-9.]+") || !typed.matches("[^\\s\\p{Cntrl}:/]+")) {
            throw new IllegalArgumentException(
                    "--client '" + Table.cut(typed) + "': expected an address or a name, for example 192.0.2.1");
        }
        return typed;
    }

    /** An indicator as detections have it: in canonical form, else, as a pattern of user agents, as it was typed. */
    static String indicator(String typed) {
        if (typed.isBlank() || typed.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("--indicator '" + Table.cut(typed)
                    + "': expected an indicator, for example evil.example or 192.0.2.0/24");
        }
        return Indicators.canonical(typed);
    }

    private static boolean isAddress(String canonical) {
        return canonical.indexOf(':') >= 0 || canonical.matches("[0-9.]+");
    }

    /** A domain, an address or a range, as a person types it. */
    static HBaseReader.Target target(String value) {
        Canonical.Result range = value.indexOf('/') < 0 ? Canonical.host(value) : Canonical.cidr(value);
        String canonical = range.canonical();
        Observables.Seen odd = canonical != null || value.indexOf('/') >= 0 || Canonical.suffix(value) == null
                ? null
                : Observables.host(value);
        if (odd != null) {
            return HBaseReader.Target.domain(odd.value());
        }
        if (canonical == null) {
            throw new IllegalArgumentException(
                    "'" + Table.cut(value) + "': " + range.reason()
                            + "; expected a domain, an address or a range, for example evil.example, 192.0.2.1 or 192.0.2.0/24");
        }
        boolean address = value.indexOf('/') >= 0 || isAddress(canonical);
        return address ? HBaseReader.Target.addresses(canonical) : HBaseReader.Target.domain(canonical);
    }

    @Command(name = "detections", description = "Detections, newest first.", sortOptions = false)
    static final class Detections implements Callable<Integer> {
        private final PrintStream out;

        @Option(names = "--client", paramLabel = "ADDRESS", description = "Of this client only.")
        private @Nullable String client;

        @Option(names = "--indicator", paramLabel = "VALUE", description = "Of this indicator only.")
        private @Nullable String indicator;

        @Option(
                names = "--value",
                paramLabel = "VALUE",
                description = "With this domain (or a subdomain), address or range only.")
        private @Nullable String value;

        @Option(names = "--limit", paramLabel = "N", description = "At most N (default ${DEFAULT-VALUE}).")
        private int limit = 100;

        @Option(
                names = "--lines",
                description = "With --output json: the raw line of each, from the lake, if the lake still has it.")
        private boolean lines;

        @Option(
                names = "--ledger",
                description =
                        "For detections that only the hot path has: ask the ledger whether their window has been swept.")
        private boolean ledger;

        @CommandLine.Mixin
        private Since since = new Since();

        @CommandLine.Mixin
        private Common common = new Common();

        Detections(PrintStream out) {
            this.out = out;
        }

        @Override
        public Integer call() throws Exception {
            if (limit < 1) {
                throw new IllegalArgumentException("--limit " + limit + ": expected 1 or more, for example 100");
            }
            if (lines && !common.isJson()) {
                throw new IllegalArgumentException("--lines goes with JSON, for example --output json --lines");
            }
            Settings settings = common.settings();
            HBaseReader.Query query = new HBaseReader.Query(
                    client == null ? null : client(client),
                    indicator == null ? null : indicator(indicator),
                    value == null ? null : target(value),
                    since.from(),
                    limit);
            Reach.Question hbase = Reach.hbase(settings, HBase.DETECTIONS);
            if (lines || ledger) {
                Reach.all(Reach.PATIENCE, hbase, Reach.files(settings, "lake.warehouse", hadoop(settings)));
            } else {
                Reach.all(Reach.PATIENCE, hbase);
            }
            List<ObjectNode> shown = new HBaseReader(settings).detections(query);
            SeenBy.add(settings, shown, ledger);
            if (common.isJson()) {
                if (lines) {
                    RawLines.add(settings, shown);
                }
                shown.forEach(out::println);
            } else {
                List<String[]> rows = new ArrayList<>();
                rows.add(new String[] {
                    "TIME", "CLIENT", "FIELD", "VALUE", "HOW", "INDICATOR", "TYPE", "FEED", "SUPPRESSED BY", "SEEN BY"
                });
                shown.forEach(d -> rows.add(new String[] {
                    text(d, "timestamp"),
                    text(d, "client"),
                    text(d, "field"),
                    text(d, "value"),
                    text(d, "how"),
                    text(d, "indicator_value"),
                    text(d, "indicator_type"),
                    text(d, "feed"),
                    text(d, "suppressed_by"),
                    SeenBy.text(d)
                }));
                Table.print(out, rows);
                out.println(shown.size() + (shown.size() == 1 ? " detection" : " detections"));
            }
            return 0;
        }
    }

    @Command(
            name = "sightings",
            description =
                    "Who contacted a domain (with its subdomains), an address or a range, or sent a user agent, and when: newest first, one line for each value, client and window.",
            sortOptions = false)
    static final class Sightings implements Callable<Integer> {
        private final PrintStream out;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "VALUE",
                description = "A domain, an address or a range, for example evil.example, 192.0.2.1 or 192.0.2.0/24.")
        private @Nullable String value;

        @Option(
                names = "--user-agent",
                paramLabel = "TEXT",
                description = "Instead of VALUE: a user agent, exactly as the log has it, for example 'curl/8.5.0'.")
        private @Nullable String userAgent;

        @Option(names = "--limit", paramLabel = "N", description = "At most N (default ${DEFAULT-VALUE}).")
        private int limit = 100;

        @CommandLine.Mixin
        private Since since = new Since();

        @CommandLine.Mixin
        private Common common = new Common();

        Sightings(PrintStream out) {
            this.out = out;
        }

        @Override
        public Integer call() {
            if (limit < 1) {
                throw new IllegalArgumentException("--limit " + limit + ": expected 1 or more, for example 100");
            }
            if ((value == null) == (userAgent == null)) {
                throw new IllegalArgumentException(
                        (value == null ? "nothing to look for" : "'" + Table.cut(value) + "' and --user-agent")
                                + "; expected a domain, an address or a range, for example evil.example, or --user-agent TEXT");
            }
            if (userAgent != null && Observables.userAgent(userAgent) == null) {
                throw new IllegalArgumentException("--user-agent '" + userAgent
                        + "': logs have that for no user agent; expected one, for example curl/8.5.0");
            }
            Settings settings = common.settings();
            HBaseReader.Target target = value == null ? null : target(value);
            Instant from = since.from();
            Reach.all(Reach.PATIENCE, Reach.hbase(settings, HBase.OBSERVABLES));
            HBaseReader hbase = new HBaseReader(settings);
            HBaseReader.Sightings found = target != null
                    ? hbase.sightings(target, from, limit)
                    : hbase.userAgentSightings(Objects.requireNonNull(userAgent), from, limit);
            if (common.isJson()) {
                for (HBaseReader.Sighting s : found.newest()) {
                    ObjectNode object = Json.MAPPER.createObjectNode();
                    object.put("value", s.value()).put("type", s.type()).put("client", s.client());
                    object.put("first_seen", s.first().toString())
                            .put("last_seen", s.last().toString())
                            .put("events", s.events());
                    object.put("source", s.source())
                            .put("window", s.window().start().toString())
                            .put("window_end", s.window().end().toString());
                    out.println(object.put("total", found.total()));
                }
            } else {
                List<String[]> rows = new ArrayList<>();
                rows.add(new String[] {"VALUE", "CLIENT", "SOURCE", "FIRST SEEN", "LAST SEEN", "EVENTS"});
                found.newest()
                        .forEach(s -> rows.add(new String[] {
                            s.value(),
                            s.client().isEmpty() ? "-" : s.client(),
                            s.source(),
                            s.first().toString(),
                            s.last().toString(),
                            Long.toString(s.events())
                        }));
                Table.print(out, rows);
                out.println(String.format(
                        Locale.ROOT,
                        "%,d of %,d sighting%s",
                        found.newest().size(),
                        found.total(),
                        found.total() == 1 ? "" : "s"));
            }
            return 0;
        }
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull() ? "-" : value.asText();
    }
}
