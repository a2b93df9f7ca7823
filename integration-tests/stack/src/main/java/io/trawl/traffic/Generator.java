package io.trawl.traffic;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes the lines of a log, one by one.
 *
 * <p>Longer than other classes, since a fifth of it is the words that lines are made of; the rest has to draw random
 * numbers in one order, which makes a log of a seed.
 */
final class Generator implements Iterator<Line> {
    private static final int BLOCK = 1000;

    private static final List<String> SQUID_HITS =
            List.of("domain", "subdomain", "ipv4", "ipv4 peer", "ipv6", "cidr", "cidr v6", "url", "url without scheme");
    private static final List<String> COMBINED_HITS = List.of(
            "domain",
            "subdomain",
            "ipv4",
            "ipv6",
            "cidr",
            "cidr v6",
            "url",
            "url without scheme",
            "referrer host",
            "referrer url");

    private static final byte[][] SEGMENTS = Text.ascii(
            "assets", "api", "v1", "v2", "images", "static", "users", "search", "collect", "track", "content", "news",
            "video", "product", "cart", "feed", "beacon", "lib", "dist", "2026", "en", "docs");
    private static final byte[][] KEYS =
            Text.ascii("q", "id", "page", "lang", "utm_source", "session", "v", "t", "ref", "cb");
    private static final String[] EXTENSIONS = {
        ".js", ".css", ".png", ".jpg", "", "", "", ".html", ".php", ".json", ".woff2"
    };
    private static final byte[][] EXTENSION = Text.ascii(EXTENSIONS);
    private static final byte[][] MIME = Text.ascii(
            "application/javascript",
            "text/css",
            "image/png",
            "image/jpeg",
            "text/html",
            "text/html",
            "application/json",
            "text/html",
            "text/html",
            "application/json",
            "font/woff2");
    private static final byte[][] METHODS = Text.ascii(
            "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "POST", "POST", "HEAD", "OPTIONS");
    private static final byte[][] AGENTS = Text.ascii(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Microsoft-CryptoAPI/10.0",
            "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.50",
            "curl/8.5.0",
            "python-requests/2.32.3",
            "Debian APT-HTTP/1.3 (2.6.1)",
            "-");
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    /** How a request ended: Squid's result, whether it went to a peer, whether an answer came back. */
    private record Outcome(byte[] result, int status, boolean direct, boolean answered) {
        static Outcome of(String result, int status, boolean direct, boolean answered) {
            return new Outcome(Text.ascii(result), status, direct, answered);
        }
    }

    private static final Outcome MISS = Outcome.of("TCP_MISS", 200, true, true);
    private static final Outcome[] OUTCOMES = {
        MISS,
        MISS,
        MISS,
        MISS,
        MISS,
        MISS,
        MISS,
        MISS,
        Outcome.of("TCP_HIT", 200, false, true),
        Outcome.of("TCP_MEM_HIT", 200, false, true),
        Outcome.of("TCP_INM_HIT", 304, false, true),
        Outcome.of("TCP_MISS", 304, true, true),
        Outcome.of("TCP_REFRESH_UNMODIFIED", 304, true, true),
        Outcome.of("TCP_REFRESH_MODIFIED", 200, true, true),
        Outcome.of("TCP_MISS", 301, true, true),
        Outcome.of("TCP_MISS", 302, true, true),
        Outcome.of("TCP_MISS", 404, true, true),
        Outcome.of("TCP_MISS", 503, true, true),
        Outcome.of("TCP_MISS_ABORTED", 0, true, false),
        Outcome.of("TCP_MISS_ABORTED", 200, true, true),
        Outcome.of("TCP_DENIED", 403, false, true),
        Outcome.of("TCP_DENIED", 407, false, true),
    };
    private static final Outcome TUNNEL = Outcome.of("TCP_TUNNEL", 200, true, true);
    private static final Outcome TUNNEL_DENIED = Outcome.of("TCP_DENIED", 403, false, true);
    private static final Outcome TUNNEL_FAILED = Outcome.of("NONE_NONE", 503, false, false);

    private final Traffic.Builder settings;
    private final IndicatorPool pool;
    private final SplittableRandom random;
    private final Zipf zipf;
    private final byte[][] hosts;
    private final byte[][] words = new byte[4096][];
    private final byte[][] proxies;
    private final long[] offsets;
    private final long[] numbers;
    private final long startMillis;
    /** What each line of a block is: 0 ordinary, 1 hit, 2 near miss, 3 malformed. */
    private final byte[] roles = new byte[BLOCK];

    private final Text text = new Text();
    private final Text url = new Text();
    private long next;
    private int hit;
    private int near;
    private int bad;
    private long second = Long.MIN_VALUE;
    private byte[] secondText = {};

    // The request in the making.
    /** A client that went away before it had asked for anything. */
    private boolean silent;

    private boolean connect;
    private boolean secure;
    private byte[] host = {};
    private byte @Nullable [] wholeUrl;
    private byte[] referrer = {};
    private @Nullable String peer;
    private int mime;
    private Outcome outcome = MISS;

    Generator(Traffic traffic) {
        settings = traffic.settings;
        pool = traffic.pool;
        startMillis = settings.start.toEpochMilli();
        SplittableRandom names = new SplittableRandom(settings.seed ^ 0x0A11CEB0BL);
        zipf = new Zipf(settings.hosts);
        hosts = new byte[settings.hosts][];
        for (int i = 0; i < hosts.length; i++) {
            String name = Names.harmless(names);
            hosts[i] = Text.ascii(names.nextInt(3) == 0 ? name : Names.below(names) + "." + name);
        }
        for (int i = 0; i < words.length; i++) {
            words[i] = Text.ascii(Names.word(names, 1 + names.nextInt(4)) + (i % 3 == 0 ? names.nextInt(100_000) : ""));
        }
        proxies = new byte[settings.proxies.size()][];
        offsets = new long[proxies.length];
        numbers = new long[proxies.length];
        random = new SplittableRandom(settings.seed);
    }

    @Override
    public boolean hasNext() {
        return next < settings.lines;
    }

    @Override
    public Line next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int inBlock = (int) (next % BLOCK);
        if (inBlock == 0) {
            assignRoles();
        }
        long millis = startMillis + (long) (next * 1000.0 / settings.rate);
        next++;
        int site = random.nextInt(4);
        int floor = random.nextInt(20);
        int proxy = (site * 20 + floor) % proxies.length;
        ordinary();
        silent = roles[inBlock] == 0 && settings.format == Format.SQUID && random.nextInt(500) == 0;
        NearMiss nearMiss = null;
        Malformed malformed = null;
        if (roles[inBlock] == 1) {
            plantHit();
        } else if (roles[inBlock] == 2) {
            nearMiss = plantNearMiss();
        } else if (roles[inBlock] == 3) {
            malformed = Malformed.values()[bad++ % Malformed.values().length];
        }
        write(millis, site, floor);
        String name = settings.proxies.get(proxy);
        long number = ++numbers[proxy];
        long offset = offsets[proxy];
        byte[] line = malformed == null ? text.toBytes() : spoil(malformed);
        offsets[proxy] += line.length + 1;
        List<Planted> planted = roles[inBlock] == 1 || roles[inBlock] == 2 ? truth(name, number, offset) : List.of();
        return new Line(name, number, offset, Instant.ofEpochMilli(millis), line, malformed, nearMiss, planted);
    }

    private void assignRoles() {
        Arrays.fill(roles, (byte) 0);
        assign(1, settings.hits);
        assign(2, settings.nearMisses);
        assign(3, settings.malformed);
    }

    private void assign(int role, int count) {
        for (int i = 0; i < count; ) {
            int at = random.nextInt(BLOCK);
            if (roles[at] == 0) {
                roles[at] = (byte) role;
                i++;
            }
        }
    }

    private void ordinary() {
        int kind = random.nextInt(100);
        connect = kind < 40;
        secure = connect || kind >= 75;
        wholeUrl = null;
        host = random.nextInt(100) == 0 ? Text.ascii(Addresses.harmless(random)) : hosts[zipf.next(random)];
        referrer = new byte[] {'-'};
        mime = random.nextInt(MIME.length);
        outcome = connect ? tunnel() : OUTCOMES[random.nextInt(OUTCOMES.length)];
        peer = null;
        if (settings.format != Format.SQUID && !connect && random.nextInt(2) == 0) {
            url.clear();
            url.add(random.nextInt(4) == 0 ? "http://" : "https://").add(hosts[zipf.next(random)]);
            path(url);
            referrer = url.toBytes();
        }
    }

    private Outcome tunnel() {
        int kind = random.nextInt(100);
        return kind < 96 ? TUNNEL : kind < 98 ? TUNNEL_DENIED : TUNNEL_FAILED;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private void to(String name) {
        host = Text.ascii(name);
    }

    private void toUrl(String whole) {
        connect = false;
        outcome = MISS;
        wholeUrl = Text.ascii(whole);
        host = Text.ascii(IndicatorPool.hostOf(whole));
    }

    /** The request goes to a harmless host, and the proxy to this address. */
    private void toPeer(String address) {
        host = hosts[zipf.next(random)];
        outcome = connect ? TUNNEL : MISS;
        peer = address;
    }

    private void plantHit() {
        List<String> kinds = settings.format == Format.SQUID ? SQUID_HITS : COMBINED_HITS;
        int round = hit / kinds.size();
        String kind = kinds.get(hit++ % kinds.size());
        switch (kind) {
            case "domain" -> to(any(round % 4 == 3 ? pool.children : round % 4 == 2 ? pool.deep : pool.domains));
            case "subdomain" ->
                to(Names.word(random, 1)
                        + (random.nextInt(3) == 0 ? "." + Names.below(random) : "")
                        + "."
                        + any(round % 4 == 3 ? pool.children : pool.domains));
            case "ipv4" -> to(any(round % 4 == 3 ? pool.v4InRange : pool.v4));
            case "ipv4 peer" -> toPeer(any(round % 4 == 3 ? pool.v4InRange : pool.v4));
            case "ipv6" -> {
                if (round % 2 == 1 && settings.format == Format.SQUID) {
                    toPeer(any(pool.v6));
                } else {
                    to(any(pool.v6));
                }
            }
            case "cidr" -> {
                Range range = any(pool.ranges);
                // Odd addresses: the even ones may be indicators themselves.
                String address = range.at(random.nextLong(range.size()) | 1);
                if (round % 2 == 1 && settings.format == Format.SQUID) {
                    toPeer(address);
                } else {
                    to(address);
                }
            }
            case "cidr v6" -> to(inside(any(pool.v6Ranges)));
            case "url" -> toUrl(any(round % 4 == 3 ? pool.urlsOnDomains : pool.urls));
            case "url without scheme" -> toUrl((round % 2 == 0 ? "http://" : "https://") + any(pool.urlsWithoutScheme));
            case "referrer host" -> refer("https://" + (round % 2 == 0 ? "" : "www.") + any(pool.domains) + "/start");
            case "referrer url" ->
                refer(
                        round % 4 == 3
                                ? "https://" + any(pool.urlsWithoutScheme)
                                : any(round % 4 == 2 ? pool.urlsOnDomains : pool.urls));
            default -> throw new IllegalStateException(kind);
        }
    }

    private void refer(String from) {
        connect = false;
        outcome = MISS;
        referrer = Text.ascii(from);
    }

    private String inside(Range range) {
        int third = Integer.parseInt(range.toString().split(":")[2], 16);
        return Addresses.v6(third, 1 + random.nextInt(0xFFFF), 1 + random.nextInt(0xFFFF));
    }

    private NearMiss plantNearMiss() {
        NearMiss kind = NearMiss.values()[near++ % NearMiss.values().length];
        switch (kind) {
            case LABEL_BOUNDARY -> to("not" + any(pool.domains));
            case LEADING_LABELS -> to(any(pool.domains) + "." + Names.harmless(random));
            case PARENT_DOMAIN -> {
                String deep = any(pool.deep);
                to(deep.substring(deep.indexOf('.') + 1));
            }
            case OTHER_QUERY -> {
                String url = any(pool.urls);
                toUrl(url.indexOf('?') < 0 ? url + "?id=7" : url + "7");
            }
            case OTHER_SCHEME -> {
                String url = any(pool.urls);
                toUrl(url.startsWith("https") ? "http" + url.substring(5) : "https" + url.substring(4));
            }
            case OUTSIDE_RANGE -> {
                Range range = any(pool.ranges);
                // Of a range within a range the neighbour may lie in the outer one.
                while (!isOutermost(range)) {
                    range = any(pool.ranges);
                }
                to(range.at(random.nextBoolean() ? -1 : range.size()));
            }
            case NEXT_ADDRESS -> {
                Range one = Range.v4(Addresses.number(any(pool.v4)).longValueExact(), 32);
                to(one.at(1));
            }
            case EXPIRED -> to((random.nextBoolean() ? "" : "www.") + any(pool.expired));
        }
        return kind;
    }

    private boolean isOutermost(Range range) {
        return pool.ranges.stream().noneMatch(other -> other.prefix() < range.prefix() && other.contains(range.at(0)));
    }

    private List<Planted> truth(String proxy, long number, long offset) {
        String name = new String(host, StandardCharsets.ISO_8859_1);
        String whole = wholeUrl == null ? null : new String(wholeUrl, StandardCharsets.ISO_8859_1);
        String from = new String(referrer, StandardCharsets.ISO_8859_1);
        return pool.matches(
                proxy,
                number,
                offset,
                whole,
                name,
                settings.format == Format.SQUID ? peer : null,
                from.equals("-") ? null : from);
    }

    // ---- The line
    // ----------------------------------------------------------------------------------------------------

    private void write(long millis, int site, int floor) {
        url.clear();
        boolean address = host[host.length - 1] >= '0' && host[host.length - 1] <= '9' || contains(host, ':');
        boolean v6 = contains(host, ':');
        if (connect) {
            url.add(v6 ? "[" : "").add(host).add(v6 ? "]" : "").add(random.nextInt(50) == 0 ? ":8443" : ":443");
        } else if (wholeUrl != null) {
            url.add(wholeUrl);
        } else {
            url.add(secure ? "https://" : "http://")
                    .add(v6 ? "[" : "")
                    .add(host)
                    .add(v6 ? "]" : "");
            if (random.nextInt(40) == 0) {
                url.add(":8080");
            }
            path(url);
        }
        if (!outcome.direct) {
            peer = null;
        } else if (peer == null) {
            peer = address ? new String(host, StandardCharsets.ISO_8859_1) : Addresses.of(host, random);
        }
        text.clear();
        if (settings.format == Format.SQUID) {
            squid(millis, site, floor);
        } else {
            combined(millis, site, floor);
        }
    }

    private void squid(long millis, int site, int floor) {
        text.add(Math.floorDiv(millis, 1000L))
                .add('.')
                .add(Math.floorMod(millis, 1000L), 3, '0')
                .add(' ');
        if (silent) {
            text.add("     0 ");
            client(site, floor);
            text.add(" NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -");
            return;
        }
        text.add(outcome.answered ? (long) Math.exp(random.nextDouble() * 10) : 0, 6, ' ')
                .add(' ');
        client(site, floor);
        text.add(' ')
                .add(outcome.result)
                .add('/')
                .add(outcome.status, 3, '0')
                .add(' ')
                .add(size())
                .add(' ');
        method();
        text.add(' ').add(url.toBytes()).add(' ');
        user();
        text.add(' ');
        if (peer == null) {
            text.add("HIER_NONE/-");
        } else {
            text.add("HIER_DIRECT/").add(peer);
        }
        text.add(' ');
        text.add(connect || !outcome.answered ? new byte[] {'-'} : MIME[mime]);
    }

    private void combined(long millis, int site, int floor) {
        client(site, floor);
        text.add(" - ");
        user();
        text.add(" [").add(second(Math.floorDiv(millis, 1000L))).add("] \"");
        method();
        text.add(' ').add(url.toBytes()).add(" HTTP/1.1\" ");
        text.add(outcome.status == 0 ? 200 : outcome.status, 3, '0').add(' ').add(size());
        text.add(" \"")
                .add(referrer)
                .add("\" \"")
                .add(AGENTS[random.nextInt(AGENTS.length)])
                .add('"');
        if (settings.format == Format.SQUID_COMBINED) {
            text.add(' ').add(outcome.result).add(peer == null ? ":HIER_NONE" : ":HIER_DIRECT");
        }
    }

    private void client(int site, int floor) {
        text.add("10.").add(site).add('.').add(floor).add('.').add(1 + random.nextInt(60));
    }

    private void method() {
        text.add(connect ? new byte[] {'C', 'O', 'N', 'N', 'E', 'C', 'T'} : METHODS[random.nextInt(METHODS.length)]);
    }

    private void user() {
        if (random.nextInt(10) < 3) {
            text.add('u').add(random.nextInt(4800), 4, '0');
        } else {
            text.add('-');
        }
    }

    private long size() {
        return outcome.answered ? (long) Math.exp((connect ? 5 : 4) + random.nextDouble() * 9) : 0;
    }

    private void path(Text to) {
        int segments = random.nextInt(5);
        if (segments == 0) {
            to.add('/');
        }
        for (int i = 0; i < segments; i++) {
            to.add('/').add(random.nextInt(2) == 0 ? SEGMENTS[random.nextInt(SEGMENTS.length)] : word());
        }
        if (segments > 0) {
            to.add(EXTENSION[mime]);
        }
        if (random.nextInt(10) < 4) {
            int parameters = 1 + random.nextInt(4);
            for (int i = 0; i < parameters; i++) {
                to.add(i == 0 ? '?' : '&')
                        .add(KEYS[random.nextInt(KEYS.length)])
                        .add('=')
                        .add(word());
            }
        }
    }

    private byte[] word() {
        return words[random.nextInt(words.length)];
    }

    private byte[] second(long at) {
        if (at != second) {
            second = at;
            ZonedDateTime utc = Instant.ofEpochSecond(at).atZone(ZoneOffset.UTC);
            secondText = Text.ascii(String.format(
                    Locale.ROOT,
                    "%02d/%s/%04d:%02d:%02d:%02d +0000",
                    utc.getDayOfMonth(),
                    MONTHS[utc.getMonthValue() - 1],
                    utc.getYear(),
                    utc.getHour(),
                    utc.getMinute(),
                    utc.getSecond()));
        }
        return secondText;
    }

    private static boolean contains(byte[] bytes, char wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    // ---- What is wrong with it
    // ---------------------------------------------------------------------------------------

    /** A bad line made of the good one. */
    private byte[] spoil(Malformed kind) {
        String good = new String(text.toBytes(), StandardCharsets.ISO_8859_1);
        boolean squid = settings.format == Format.SQUID;
        int request = good.indexOf(squid ? " CONNECT " : "\"");
        if (kind == Malformed.BINARY) {
            return binary();
        }
        return Text.ascii(
                switch (kind) {
                    case EMPTY, BINARY -> "";
                    // Squid: within the first 45 characters no URL has begun; combined: the request's quote stays open.
                    case CUT -> squid ? good.substring(0, 12 + random.nextInt(33)) : good.substring(0, request + 5);
                    case TIMESTAMP -> timestamp(good, squid);
                    case FUTURE ->
                        squid ? good.replaceFirst("^[0-9]+", "99999999999") : time(good, "24/Nov/2150:10:00:00 +0000");
                    case STATUS ->
                        squid
                                ? good.replaceFirst("/[0-9]{3} ", random.nextBoolean() ? "/2x0 " : " ")
                                : good.replaceFirst("\" [0-9]{3} ", random.nextBoolean() ? "\" 2x0 " : "\" ok ");
                    case SIZE ->
                        squid
                                ? good.replaceFirst("(/[0-9]{3}) [0-9]+ ", random.nextBoolean() ? "$1 12k " : "$1 -5 ")
                                : good.replaceFirst(
                                        "(\" [0-9]{3}) [0-9]+ ", random.nextBoolean() ? "$1 12k " : "$1 -5 ");
                    case FOREIGN ->
                        random.nextBoolean()
                                ? "2026/11/24 10:00:00 kid1| Starting Squid Cache version 6.13 for x86_64-pc-linux-gnu..."
                                : "squid: ERROR: No forward-proxy ports configured. Code " + random.nextInt(1_000_000);
                });
    }

    private String timestamp(String good, boolean squid) {
        boolean either = random.nextBoolean();
        return squid
                ? either ? good.replaceFirst("^[0-9]{3}", "17x") : "-" + good
                : time(good, either ? "31/Foo/2026:10:00:00 +0000" : "-");
    }

    private static String time(String good, String time) {
        return good.replaceFirst("\\[[^\\]]*\\]", "[" + time + "]");
    }

    private byte[] binary() {
        byte[] bytes = new byte[24 + random.nextInt(100)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt(256);
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                bytes[i] = 0;
            }
        }
        // A TLS record in place of a line: 0xFE is in no UTF-8.
        bytes[0] = 22;
        bytes[1] = 3;
        bytes[2] = 0;
        bytes[3] = (byte) 0xFE;
        return bytes;
    }
}
