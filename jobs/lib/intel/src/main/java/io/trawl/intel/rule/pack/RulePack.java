package io.trawl.intel.rule.pack;

import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.brand.BrandsFile;
import io.trawl.intel.lookalike.brand.Popularity;
import io.trawl.intel.lookalike.host.HostRules;
import io.trawl.intel.lookalike.rules.LookalikeJudge;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.intel.rule.files.RuleFiles;
import io.trawl.intel.rule.sigma.FieldNames;
import io.trawl.intel.rule.sigma.LogSources;
import io.trawl.intel.rule.sigma.Placeholders;
import io.trawl.intel.rule.sigma.Taxonomy;
import io.trawl.intel.rule.stix.Mapping;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a snapshot. It keeps the files as they were written, so that a rerun reads the very same; what judges by them
 * is made once for each kind of source. Safe for use by several threads.
 */
public final class RulePack {
    private static final LogSources KNOWN = LogSources.shipped();
    private static final String RULES = "rules/";
    private static final String PLACEHOLDERS = "placeholders/";
    private static final String FIELDS = "fields/";
    /** Where the objects of STIX patterns are in an event. */
    private static final String OBJECTS = "objects/";
    /** There where patterns may join objects of different types. */
    private static final String MISUSE = "settings/misuse";

    private static final String BRANDS = "brands/";
    private static final String POPULAR = "popular/";
    /** How many popular domains are brands. */
    private static final String TOP = "settings/top";
    /** There where hosts that are none are looked for: the level from which on, then names that are hosts inside, a line each. */
    private static final String HOSTS = "settings/hosts";

    /** Of every entry: the same rules make the same file. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final RuleBook book;
    private final List<Indicator> indicators = new ArrayList<>();
    /** Judges hosts of any source; null if nothing is looked for. */
    private final @Nullable LookalikeJudge hosts;

    private final Map<String, Judge> judges = new ConcurrentHashMap<>();
    /** The same of the rules that correlations are of. */
    private final Map<String, Judge> ofCorrelations = new ConcurrentHashMap<>();

    /** @param indexed whether the index has the patterns that belong into it already: nothing of them is kept then */
    private RulePack(Map<String, byte[]> files, boolean indexed) throws IOException {
        boolean misuse = files.containsKey(MISUSE);
        Taxonomy taxonomy = Taxonomy.shipped(FieldNames.ours());
        Placeholders placeholders = Placeholders.NONE;
        Mapping mapping = Mapping.shipped(Fields::named);
        Map<String, byte[]> rules = new TreeMap<>();
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String name = file.getKey();
            if (name.startsWith(RULES)) {
                rules.put(name.substring(RULES.length()), file.getValue());
            } else if (name.startsWith(PLACEHOLDERS)) {
                placeholders = Placeholders.read(name.substring(PLACEHOLDERS.length()), file.getValue());
            } else if (name.startsWith(FIELDS)) {
                taxonomy = taxonomy.with(name.substring(FIELDS.length()), file.getValue());
            } else if (name.startsWith(OBJECTS)) {
                mapping = mapping.plus(name.substring(OBJECTS.length()), file.getValue());
            }
        }
        this.hosts = hosts(files);
        this.book = RuleBook.read(rules, placeholders, taxonomy, misuse, mapping, indexed ? null : indicators::add);
    }

    private static @Nullable LookalikeJudge hosts(Map<String, byte[]> files) throws IOException {
        Brands brands = Brands.of(List.of());
        Popularity popular = Popularity.NONE;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String name = file.getKey();
            if (name.startsWith(BRANDS)) {
                brands = brands.with(BrandsFile.read(name.substring(BRANDS.length()), file.getValue()));
            } else if (name.startsWith(POPULAR)) {
                popular = Popularity.read(name.substring(POPULAR.length()), file.getValue());
            }
        }
        byte[] top = files.get(TOP);
        if (top != null) {
            brands = brands.with(Brands.ofDomains(popular.top(Integer.parseInt(text(top)))));
        }
        byte[] hosts = files.get(HOSTS);
        List<String> odd = hosts == null ? null : text(hosts).lines().toList();
        if (brands.all().isEmpty() && odd == null) {
            return null;
        }
        return new LookalikeJudge(
                brands.all().isEmpty() ? null : Lookalikes.of(brands, popular, host -> false, Lookalikes.LEAST),
                odd == null ? null : HostRules.of(odd.subList(1, odd.size())),
                odd == null ? Level.CRITICAL : Level.valueOf(odd.get(0)));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads the files that rules are made of.
     *
     * @throws IOException if one cannot be read
     * @throws IllegalArgumentException if one is not there, or is not what it is named as
     */
    public static RulePack read(RuleInputs given) throws IOException {
        return new RulePack(files(given), false);
    }

    /** The same, and writes them all into one file. */
    public static RulePack pack(RuleInputs given, OutputStream packed) throws IOException {
        Map<String, byte[]> files = files(given);
        RulePack pack = new RulePack(files, false);
        ZipOutputStream zip = new ZipOutputStream(packed);
        zip.setMethod(ZipOutputStream.STORED);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            ZipEntry entry = new ZipEntry(file.getKey());
            entry.setTimeLocal(TIME);
            entry.setSize(file.getValue().length);
            entry.setCrc(crc(file.getValue()));
            zip.putNextEntry(entry);
            zip.write(file.getValue());
        }
        zip.finish();
        zip.flush();
        return pack;
    }

    /**
     * Reads a file that {@link #pack} wrote. Patterns that are equalities alone are left out: the index has them.
     *
     * @throws IOException if it is none, was cut short or changed
     */
    public static RulePack open(Path packed) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(packed.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    if (crc(bytes) != entry.getCrc()) {
                        throw new IOException(packed + ": " + entry.getName() + " was changed");
                    }
                    files.put(entry.getName(), bytes);
                }
            }
        }
        return new RulePack(files, true);
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    /** All files by their names in the pack, in order. */
    private static Map<String, byte[]> files(RuleInputs given) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        int number = 0;
        for (Path path : given.rules()) {
            for (Path file : RuleFiles.files(path)) {
                // Files of different folders may have the same name.
                String folder = given.rules().size() == 1 ? "" : number + "/";
                files.put(RULES + folder + name(path, file), Files.readAllBytes(file));
            }
            number++;
        }
        put(files, PLACEHOLDERS, given.placeholders());
        put(files, FIELDS, given.fields());
        put(files, OBJECTS, given.objects());
        put(files, BRANDS, given.brands());
        put(files, POPULAR, given.popular());
        if (given.popular() != null && given.top() > 0) {
            files.put(TOP, bytes(Integer.toString(given.top())));
        }
        Level odd = given.oddHosts();
        if (odd != null) {
            files.put(HOSTS, bytes(odd + "\n" + String.join("\n", given.internal())));
        }
        if (given.misuse()) {
            files.put(MISUSE, new byte[0]);
        }
        return files;
    }

    private static void put(Map<String, byte[]> files, String folder, @Nullable Path file) throws IOException {
        if (file != null) {
            files.put(folder + name(file, file), Files.readAllBytes(file));
        }
    }

    private static String name(Path given, Path file) {
        Path name = file.equals(given) ? Objects.requireNonNull(file.getFileName()) : given.relativize(file);
        return name.toString().replace('\\', '/');
    }

    /** The rules, and what was left out. */
    public RuleBook book() {
        return book;
    }

    /** STIX patterns that are equalities alone: they belong into the index. None of a pack that was opened. */
    public List<Indicator> indicators() {
        return List.copyOf(indicators);
    }

    /**
     * What judges the events of a source where nobody knows which domains are new: without the rules that ask for it.
     *
     * @param formats the source's formats, which tell what its events are of
     * @param setting the log sources that a person names for the source; empty if the formats say it
     * @return null if no rule is for the source
     */
    public @Nullable Judge judge(List<String> formats, String setting) {
        Judge judge = judges.computeIfAbsent(key(formats, setting), any -> made(formats, setting));
        return judge == Judge.NONE ? null : judge;
    }

    private static String key(List<String> formats, String setting) {
        return setting + "\n" + String.join(",", formats);
    }

    /**
     * What judges the events of a window.
     *
     * @param domains the window's domains that are new
     * @return null if no rule is for the source
     */
    public @Nullable Judge judge(List<String> formats, String setting, NewDomains domains) {
        if (!domains.isKnown()) {
            return judge(formats, setting);
        }
        // What does not ask for them is made once for all windows.
        List<Judge> all = new ArrayList<>();
        Judge others = judges.computeIfAbsent(
                "others\n" + setting + "\n" + String.join(",", formats), any -> others(formats, setting));
        if (others != Judge.NONE) {
            all.add(others);
        }
        List<Rule> asking = asking(formats, setting).stream()
                .filter(rule -> !book.correlations().isSilent(rule.id()))
                .map(domains::bind)
                .toList();
        if (!asking.isEmpty()) {
            all.add(domains.saying(RuleSet.of(asking)));
        }
        if (hosts != null) {
            all.add(hosts.with(domains));
        }
        return all.isEmpty() ? null : Judge.all(all);
    }

    /** Whether scores or rules for a source ask which domains are new. */
    public boolean asksForNewDomains(List<String> formats, String setting) {
        return hosts != null && hosts.asksForNewDomains()
                || !asking(formats, setting).isEmpty();
    }

    /** Rules of correlations for a source that ask which domains are new: they are in no group, since only a window by itself knows. */
    public List<Rule> leftOutOfCorrelations(List<String> formats, String setting) {
        return asking(formats, setting).stream()
                .filter(rule -> book.correlations().isUsed(rule.id()))
                .toList();
    }

    private List<Rule> asking(List<String> formats, String setting) {
        return book.rules().stream()
                .filter(NewDomains::isAsked)
                .filter(isFor(formats, setting))
                .toList();
    }

    /**
     * What judges the events of a source by the rules that correlations are of.
     *
     * @return null if no such rule is for the source
     */
    public @Nullable Judge ofCorrelations(List<String> formats, String setting) {
        if (book.correlations().isEmpty()) {
            return null;
        }
        Judge judge = ofCorrelations.computeIfAbsent(key(formats, setting), any -> {
            List<Rule> rules = book.rules().stream()
                    .filter(rule -> book.correlations().isUsed(rule.id()))
                    .filter(rule -> !NewDomains.isAsked(rule))
                    .filter(isFor(formats, setting))
                    .toList();
            return rules.isEmpty() ? Judge.NONE : RuleSet.of(rules);
        });
        return judge == Judge.NONE ? null : judge;
    }

    /** Whether a rule is for the log source of a source's events. */
    public static boolean isRuleFor(Rule rule, List<String> formats, String setting) {
        return isFor(formats, setting).test(rule);
    }

    private Judge made(List<String> formats, String setting) {
        Judge others = others(formats, setting);
        if (hosts == null) {
            return others;
        }
        return others == Judge.NONE ? hosts : Judge.all(List.of(others, hosts));
    }

    private Judge others(List<String> formats, String setting) {
        Correlations correlations = book.correlations();
        List<Rule> rules = book.rules().stream()
                .filter(isFor(formats, setting))
                .filter(rule -> !correlations.isSilent(rule.id()))
                .filter(rule -> !NewDomains.isAsked(rule))
                .toList();
        return rules.isEmpty() ? Judge.NONE : RuleSet.of(rules);
    }

    /** Tells whether a rule is for a source. */
    private static Predicate<Rule> isFor(List<String> formats, String setting) {
        List<LogSources.Seen> seen =
                setting.isEmpty() ? formats.stream().map(KNOWN::of).toList() : List.of(LogSources.setting(setting));
        return rule -> seen.stream().anyMatch(one -> one.by(rule.sources()));
    }
}
