package io.trawl.intel.feed;

import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.Ip;
import io.trawl.record.Indicator;
import io.trawl.schema.word.IndicatorType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One reading of one file. */
final class FeedReading {
    private static final Set<String> HOST = Set.of("domain", "domain_name", "fqdn", "hostname", "host", "ip", "dst_ip");
    private static final Set<String> AGENT = Set.of("user_agent", "useragent");
    /** Lines that a quoted field may go on over. */
    private static final int LONGEST_RECORD = 64;

    private final Lines lines;
    private final String feed;
    private final Feeds.Format format;
    private final Feeds.Columns columns;
    private final Consumer<Indicator> indicators;
    private final Consumer<Feeds.Rejected> rejections;
    private final Ids ids = new Ids();
    private final IdSet seen = new IdSet();
    private int accepted;
    private int rejected;
    private int repeated;
    private int others;

    FeedReading(
            Lines lines,
            String feed,
            Feeds.Format format,
            Feeds.Columns columns,
            Consumer<Indicator> indicators,
            Consumer<Feeds.Rejected> rejections) {
        this.lines = lines;
        this.feed = feed;
        this.format = format.named(feed);
        this.columns = columns;
        this.indicators = indicators;
        this.rejections = rejections;
    }

    Feeds.Count read() throws IOException {
        FeedHeader header = null;
        FeedHeader inComment = null;
        Syntax syntax = format.syntax();
        boolean decided = syntax != null || !format.type().isEmpty();
        boolean exclaims = false;
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            String content = line.text().strip();
            if (content.isEmpty() && line.fault() == null) {
                others++;
                continue;
            }
            if (syntax == null && (content.startsWith("#") || !decided && isComment(content))) {
                others++;
                exclaims |= content.startsWith("!");
                // abuse.ch has the header as the last line of the comment.
                FeedHeader named =
                        decided || format == Feeds.Format.PLAIN ? null : FeedHeader.of(content.substring(1), columns);
                inComment = named == null || named.size == 1 ? inComment : named;
                continue;
            }
            if (!decided) {
                decided = true;
                syntax = columns.value() == null && format == Feeds.Format.AUTO ? Syntax.of(content) : null;
                header = syntax != null || format == Feeds.Format.PLAIN ? null : FeedHeader.of(line.text(), columns);
                if (header != null) {
                    others++;
                    continue;
                }
                header = syntax == null && inComment != null && hasColumns(line, inComment) ? inComment : null;
                requireHeader(line, header);
                // What has comments as adblock has them is adblock, hosts without || as well.
                syntax = syntax == null && header == null && exclaims ? new Adblock() : syntax;
            }
            Lines.Fault fault = line.fault();
            if (fault != null && (header != null || isFaulty(line, fault))) {
                reject(line, fault.message());
            } else if (header != null) {
                row(line, header);
            } else {
                // In a list of mixed lines each is read as what it is.
                Syntax own = syntax != null || format != Feeds.Format.AUTO ? syntax : Syntax.of(content);
                if (own == null) {
                    add(line, withoutComment(line.text()), FeedRow.ofType(format.type()));
                } else {
                    add(line, own.read(line.text()));
                }
            }
        }
        return new Feeds.Count(accepted, rejected, repeated, others);
    }

    /** Comments of adblock and of zone files; no indicator begins so. */
    private static boolean isComment(String content) {
        return content.startsWith("!") || content.startsWith(";");
    }

    private void requireHeader(Lines.Line line, @Nullable FeedHeader header) {
        if (header == null && (columns.value() != null || format == Feeds.Format.CSV)) {
            String value = columns.value() == null ? "value" : columns.value();
            throw new IllegalArgumentException("no column '" + value + "' in line " + line.number()
                    + "; expected a header line that names it, for example " + value + ",type,confidence");
        }
    }

    private void add(Lines.Line line, Syntax.Entry entry) {
        String reason = entry.reason();
        if (reason != null) {
            reject(line, reason);
        } else if (entry.values().isEmpty()) {
            others++;
        }
        for (String value : entry.values()) {
            add(line, value, FeedRow.ofType(entry.type()));
        }
    }

    private static boolean hasColumns(Lines.Line line, FeedHeader header) {
        List<String> fields = FeedHeader.fields(line.text(), header.delimiter);
        return fields != null && fields.size() == header.size;
    }

    /** Whether what is wrong with a line is before its comment. */
    private static boolean isFaulty(Lines.Line line, Lines.Fault fault) {
        return !fault.decoding() || withoutComment(line.text()).indexOf('\uFFFD') >= 0;
    }

    /** Without the comment after a value; a # in a URL has no space before it. */
    private static String withoutComment(String line) {
        for (int i = line.indexOf('#', 1); i > 0; i = line.indexOf('#', i + 1)) {
            if (line.charAt(i - 1) == ' ' || line.charAt(i - 1) == '\t') {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private void reject(Lines.Line line, String reason) {
        rejected++;
        rejections.accept(new Feeds.Rejected(line.number(), line.text(), reason));
    }

    private void row(Lines.Line line, FeedHeader header) throws IOException {
        List<String> fields = FeedHeader.fields(line.text(), header.delimiter);
        if (fields == null) {
            fields = longRecord(line, header);
        }
        if (fields == null) {
            reject(line, "not CSV: a quote that does not end, or text after one");
            return;
        }
        if (fields.size() > header.size) {
            reject(line, fields.size() + " columns; the header has " + header.size);
            return;
        }
        String value = "";
        String valueName = "";
        for (int i = 0; i < header.values.size() && value.isEmpty(); i++) {
            value = field(fields, header.values.get(i));
            valueName = header.valueNames.get(i);
        }
        if (value.isEmpty()) {
            reject(line, "nothing in the column " + String.join(", ", header.valueNames));
            return;
        }
        String path = field(fields, header.path);
        if (HOST.contains(valueName) && !path.isEmpty()) {
            // The indicator is what lies at this path, not the host.
            value += path.startsWith("/") ? path : "/" + path;
        }
        String type = field(fields, header.type);
        FeedRow row = new FeedRow(
                type.isEmpty() && AGENT.contains(valueName) ? IndicatorType.USER_AGENT.text() : type,
                field(fields, header.confidence),
                field(fields, header.from),
                field(fields, header.until),
                labels(fields, header));
        add(line, value, row);
    }

    private static List<String> labels(List<String> fields, FeedHeader header) {
        List<String> labels = new ArrayList<>(header.labels.size());
        for (int column : header.labels) {
            labels.add(field(fields, column));
        }
        return labels;
    }

    private static String field(List<String> fields, int column) {
        return column < 0 || column >= fields.size() ? "" : fields.get(column).strip();
    }

    /** A record whose quoted field goes on over further lines; null if it does not end, its lines unread again. */
    private @Nullable List<String> longRecord(Lines.Line first, FeedHeader header) throws IOException {
        StringBuilder text = new StringBuilder(first.text());
        Deque<Lines.Line> further = new ArrayDeque<>();
        while (further.size() < LONGEST_RECORD && text.length() < Lines.LONGEST) {
            Lines.Line next = lines.next();
            if (next == null) {
                break;
            }
            further.push(next);
            if (next.fault() != null) {
                break;
            }
            text.append('\n').append(next.text());
            List<String> fields = FeedHeader.fields(text.toString(), header.delimiter);
            if (fields != null) {
                others += further.size();
                return fields;
            }
        }
        further.forEach(lines::back);
        return null;
    }

    private void add(Lines.Line line, String text, FeedRow row) {
        Family family = Family.of(row.type());
        if (family == null) {
            reject(
                    line,
                    "type not supported: " + row.type()
                            + "; expected one of domain, ip, cidr, url, url-prefix, ip:port, url-path, user-agent or sha256");
            return;
        }
        Indicators.Read read = Indicators.read(text, family);
        String value = read.value();
        if (value == null) {
            reject(line, read.reason());
            return;
        }
        Indicator indicator = new Indicator();
        String fault = row.fill(indicator);
        if (fault != null) {
            reject(line, fault);
            return;
        }
        byte[] id = ids.digest(read.type(), value, feed);
        if (!seen.add(Ip.number(id, 0), Ip.number(id, 8))) {
            repeated++;
            return;
        }
        indicator.setIndicatorId(Ids.hex(id));
        indicator.setType(read.type());
        indicator.setValue(value);
        indicator.setOriginal(text.strip());
        indicator.setFeed(feed);
        indicator.setLine(line.number());
        accepted++;
        indicators.accept(indicator);
    }
}
