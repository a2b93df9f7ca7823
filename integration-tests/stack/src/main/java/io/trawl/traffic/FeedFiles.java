package io.trawl.traffic;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/** The indicators as feeds that a person or a vendor would hand out. */
final class FeedFiles {
    private static final String[] FAMILIES = {
        "loader", "stealer", "phishing", "botnet", "dropper", "ransomware", "scanner"
    };

    private final SplittableRandom random;
    private final OutputStream list;
    private final OutputStream csv;
    private final Text text = new Text();
    private long count;

    private FeedFiles(long seed, OutputStream list, OutputStream csv) {
        this.random = new SplittableRandom(seed ^ 0xFEEDL);
        this.list = list;
        this.csv = csv;
    }

    static void write(Traffic traffic, Path folder) throws IOException {
        Files.createDirectories(folder);
        long size = traffic.settings.indicators;
        try (OutputStream list =
                        new BufferedOutputStream(Files.newOutputStream(folder.resolve("blocklist.txt")), 1 << 20);
                OutputStream csv =
                        new BufferedOutputStream(Files.newOutputStream(folder.resolve("threats.csv")), 1 << 20)) {
            list.write(Text.ascii("# Blocklist: one indicator a line, of any type.\n# Some are defanged.\n\n"));
            csv.write(Text.ascii("indicator,type,first_seen,valid_until,confidence,malware\n"));
            FeedFiles files = new FeedFiles(traffic.settings.seed, list, csv);
            traffic.pool.stream(traffic.settings.seed, size, files::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void add(Indicator indicator) {
        try {
            // What has an end of its validity needs a column for it.
            if (indicator.expired() || random.nextInt(10) < 3) {
                row(indicator);
            } else {
                item(indicator);
            }
            count++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void item(Indicator indicator) throws IOException {
        text.clear();
        if (count % 1000 == 999) {
            text.add("\n# ").add(count).add(" and more\n");
        }
        text.add(random.nextInt(5) == 0 ? defanged(indicator) : written(indicator));
        if (random.nextInt(50) == 0) {
            text.add(" # ").add(FAMILIES[random.nextInt(FAMILIES.length)]);
        }
        list.write(text.add('\n').toBytes());
    }

    private void row(Indicator indicator) throws IOException {
        text.clear();
        text.add(written(indicator))
                .add(',')
                .add(indicator.type())
                .add(",2026-11-")
                .add(1 + random.nextInt(23), 2, '0');
        text.add("T00:00:00Z,")
                .add(indicator.expired() ? "2020-01-01T00:00:00Z" : "")
                .add(',');
        text.add(10 + random.nextInt(91)).add(',');
        text.add(FAMILIES[random.nextInt(FAMILIES.length)]);
        if (random.nextInt(4) == 0) {
            text.add('|').add(FAMILIES[random.nextInt(FAMILIES.length)]);
        }
        csv.write(text.add('\n').toBytes());
    }

    /** As feeds have it, which is not always the canonical form. */
    private String written(Indicator indicator) {
        String value = indicator.value();
        if (indicator.type().equals("domain") && random.nextInt(20) == 0) {
            return value.toUpperCase(Locale.ROOT);
        }
        if (indicator.type().equals("ipv6") && random.nextInt(2) == 0) {
            return value.replace("::", ":0:0:0:").toUpperCase(Locale.ROOT);
        }
        return value;
    }

    private String defanged(Indicator indicator) {
        String value = indicator.value();
        return switch (indicator.type()) {
            case "domain", "ipv4" -> value.replace(".", "[.]");
            case "url" -> {
                int start = value.indexOf("://") < 0 ? 0 : value.indexOf("://") + 3;
                int end = value.indexOf('/', start);
                yield value.substring(0, start).replace("http", "hxxp")
                        + value.substring(start, end).replace(".", "[.]")
                        + value.substring(end);
            }
            default -> value;
        };
    }
}
