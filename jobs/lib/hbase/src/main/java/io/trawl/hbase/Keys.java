package io.trawl.hbase;

import io.trawl.base.Times;
import io.trawl.base.Window;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Observables;
import io.trawl.intel.match.How;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.schema.word.IndicatorType;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Row keys of the HBase tables. docs/hbase.md has the layout.
 *
 * <p>A key begins with a salt (one byte) and a kind (one letter). The kinds of {@code detections}: T newest first, and
 * the indexes C client, I indicator, H host (labels reversed), A address (16 bytes), W window (of the hot path alone); of
 * {@code observables}: D domain (labels reversed), A address, U user agent.
 */
public final class Keys {
    /** Version of keys and cells; a table remembers the one it was created with. */
    static final String LAYOUT = "2";

    static final byte TIME = 'T';
    static final byte CLIENT = 'C';
    static final byte INDICATOR = 'I';
    static final byte HOST = 'H';
    static final byte ADDRESS = 'A';
    static final byte DOMAIN = 'D';
    static final byte WINDOW = 'W';
    static final byte USER_AGENT = 'U';

    /** Bytes of a text in a key, at most; HBase takes keys of up to 32 KiB. */
    private static final int LONGEST = 4_000;
    /** Stands before the digest of a text that a key does not have as it is; no byte of UTF-8 is the same. */
    static final byte ALTERED = (byte) 0xFF;

    private static final int MAPPED = 12;
    /** Types whose values look like hosts of one label. */
    private static final List<String> HASHES =
            List.of(IndicatorType.MD5.text(), IndicatorType.SHA1.text(), IndicatorType.SHA256.text());

    /** Length of what ends every key of a detection: reversed time and id. */
    static final int TAIL = 24;

    private Keys() {}

    /** The main row of a detection. */
    public static byte[] main(int salts, Detection detection) {
        return key(salt(salts, detection.getDetectionId()), TIME, tail(detection));
    }

    /** The index rows of a detection. */
    static List<byte[]> indexes(int salts, Detection detection) {
        int salt = salt(salts, detection.getDetectionId());
        byte[] tail = tail(detection);
        List<byte[]> keys = new ArrayList<>();
        if (detection.getClient() != null) {
            keys.add(key(salt, CLIENT, terminated(detection.getClient()), tail));
        }
        keys.add(key(salt, INDICATOR, terminated(detection.getIndicatorValue()), tail));
        Set<String> addresses = new LinkedHashSet<>();
        for (String canonical : hosts(detection)) {
            if (canonical == null) {
                continue;
            }
            if (address(canonical) != null) {
                addresses.add(canonical);
            } else if (!canonical.contains("/")) {
                byte[] key = key(salt, HOST, terminated(reversed(canonical)), tail);
                if (keys.stream().noneMatch(other -> Arrays.equals(other, key))) {
                    keys.add(key);
                }
            }
        }
        addresses.forEach(text -> keys.add(key(salt, ADDRESS, requireAddress(text), tail)));
        return keys;
    }

    /** The hosts by which a detection is found, as observables have them; null instead of what is none. */
    private static List<@Nullable String> hosts(Detection detection) {
        String value = detection.getValue();
        boolean odd = How.DOMAIN_SUFFIX.code().equals(detection.getHow()) && !value.contains("/");
        return Arrays.asList(
                detection.getUrlDomain() == null ? null : observed(detection.getUrlDomain()),
                detection.getDestinationIp() == null ? null : canonicalHost(detection.getDestinationIp()),
                odd ? observed(value) : isHash(detection) ? null : canonicalHost(value));
    }

    private static boolean isHash(Detection detection) {
        return HASHES.stream().anyMatch(type -> type.equals(detection.getIndicatorType()));
    }

    /** The row by which a detection of the hot path is found from its window. */
    public static byte[] window(int salts, Detection detection, Window window) {
        return Bytes.add(
                windowPrefix(salt(salts, detection.getDetectionId()), detection.getSource(), window), tail(detection));
    }

    /** Beginning of the rows of a source's window, of one salt. */
    public static byte[] windowPrefix(int salt, String source, Window window) {
        return key(
                salt,
                WINDOW,
                terminated(source),
                Bytes.toBytes(Times.micros(window.start())),
                Bytes.toBytes(Times.micros(window.end())));
    }

    /** The row of an observable: of one value, one day (that of its window's start) and one source. */
    static byte[] observable(int salts, Observable observable) {
        String value = observable.getValue();
        byte[] bucket = bucket(observable.getWindow());
        byte[] source = observable.getSource().getBytes(StandardCharsets.UTF_8);
        return switch (observable.getType()) {
            case "domain" -> key(domainSalt(salts, value), DOMAIN, domain(value), new byte[1], bucket, source);
            case "user_agent" -> Bytes.add(userAgent(salts, value), bucket, source);
            default -> {
                byte[] address = requireAddress(value);
                yield key(addressSalt(salts, address), ADDRESS, address, bucket, source);
            }
        };
    }

    /** Beginning of the rows of a user agent, exactly. */
    static byte[] userAgent(int salts, String text) {
        return key(salt(salts, text), USER_AGENT, terminated(text));
    }

    /** The salt of a domain and all below it, as far as one domain has a say in it: {@link SaltDomains}. */
    static int domainSalt(int salts, String host) {
        String domain = SaltDomains.of(host);
        return salt(salts, domain == null ? host : domain);
    }

    /** The salt of an address: that of its /16 (IPv4) or /48 (IPv6). */
    static int addressSalt(int salts, byte[] address) {
        return Math.floorMod(Arrays.hashCode(network(address)) * 0x9E3779B9 >> 8, salts);
    }

    /** The part of an address that gives it its salt. */
    static byte[] network(byte[] address) {
        return Arrays.copyOf(address, isMapped(address) ? MAPPED + 2 : 6);
    }

    private static boolean isMapped(byte[] address) {
        return Arrays.equals(address, 0, MAPPED, mapped(new byte[4]), 0, MAPPED);
    }

    /** A host's labels from the last to the first, a dot after each: so that a domain's begin those of its subdomains. */
    static byte[] domain(String host) {
        return text(reversed(host) + ".");
    }

    /** Newest first: a day of UTC, in 4 bytes. */
    private static byte[] bucket(Instant windowStart) {
        return Bytes.toBytes(Integer.MAX_VALUE
                - (int) Math.floorDiv(
                        windowStart.getEpochSecond(), Duration.ofDays(1).toSeconds()));
    }

    /** Whether an observable's key has its value in another form. */
    static boolean isAltered(byte[] observable) {
        if (observable[1] == ADDRESS) {
            return false;
        }
        int at = 2;
        while (observable[at] != 0 && observable[at] != ALTERED) {
            at++;
        }
        return observable[at] == ALTERED;
    }

    /** The value of an observable's row; null if the key does not have it as it is. */
    static @Nullable String valueOf(byte[] observable) {
        if (observable[1] == ADDRESS) {
            return Canonical.host(address(Arrays.copyOfRange(observable, 2, 18)))
                    .canonical();
        }
        if (isAltered(observable)) {
            return null;
        }
        int end = 2;
        while (observable[end] != 0) {
            end++;
        }
        String text = new String(observable, 2, end - 2, StandardCharsets.UTF_8);
        return observable[1] == DOMAIN ? reversed(text.substring(0, text.length() - 1)) : text;
    }

    /** The type of an observable, as the lake has it. */
    static String typeOf(byte[] observable) {
        return switch (observable[1]) {
            case DOMAIN -> "domain";
            case USER_AGENT -> "user_agent";
            default -> isMapped(Arrays.copyOfRange(observable, 2, 18)) ? "ipv4" : "ipv6";
        };
    }

    private static String address(byte[] bytes) {
        try {
            String text = InetAddress.getByAddress(bytes).getHostAddress();
            return bytes.length == 16 && text.indexOf(':') >= 0 ? "[" + text + "]" : text;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not 16 bytes", e);
        }
    }

    /** The main row that the tail of an index row points to. */
    public static byte[] mainOf(byte[] index) {
        return key(index[0], TIME, Arrays.copyOfRange(index, index.length - TAIL, index.length));
    }

    /** Event time in the tail of a detection's key. */
    public static Instant timeOf(byte[] key) {
        return Times.instant(Long.MAX_VALUE - ByteBuffer.wrap(key).getLong(key.length - TAIL));
    }

    /** Detection id in the tail of its key, 32 hexadecimal digits. */
    public static String idOf(byte[] key) {
        return HexFormat.of().formatHex(key, key.length - 16, key.length);
    }

    private static byte[] tail(Detection detection) {
        return ByteBuffer.allocate(TAIL)
                .putLong(reversed(detection.getTimestamp()))
                .put(HexFormat.of().parseHex(detection.getDetectionId()))
                .array();
    }

    /** Newest first. */
    static long reversed(Instant time) {
        return Long.MAX_VALUE - Times.micros(time);
    }

    static int salt(int salts, String of) {
        return Math.floorMod(of.hashCode() * 0x9E3779B9 >> 8, salts);
    }

    static byte[] key(int salt, byte kind, byte[]... parts) {
        ByteArrayOutputStream key = new ByteArrayOutputStream(64);
        key.write(salt);
        key.write(kind);
        for (byte[] part : parts) {
            key.writeBytes(part);
        }
        return key.toByteArray();
    }

    /** Text and a zero byte, which no value has: so that a value is not a prefix of a longer one. */
    static byte[] terminated(String text) {
        byte[] bytes = text(text);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /**
     * Text as a key has it: as it is, in UTF-8. One with a control character, or a very long one, is changed, and ends
     * with a digest, so that it pretends to be no other.
     */
    private static byte[] text(String text) {
        String safe = safe(text);
        byte[] bytes = safe.getBytes(StandardCharsets.UTF_8);
        if (safe.equals(text) && bytes.length <= LONGEST) {
            return bytes;
        }
        byte[] digest = HexFormat.of()
                .formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)), 0, 16)
                .getBytes(StandardCharsets.US_ASCII);
        return Bytes.add(Arrays.copyOf(bytes, Math.min(bytes.length, LONGEST)), new byte[] {ALTERED}, digest);
    }

    /** Text with a question mark in place of each control character: none of them reaches a key. */
    static String safe(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return text.codePoints()
                        .map(c -> Character.isISOControl(c) ? '?' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Labels in reverse order: www.evil.example is example.evil.www. */
    static String reversed(String host) {
        StringBuilder labels = new StringBuilder(host.length());
        int end = host.length();
        for (int dot = host.lastIndexOf('.'); dot >= 0; dot = host.lastIndexOf('.', dot - 1)) {
            labels.append(host, dot + 1, end).append('.');
            end = dot;
        }
        return labels.append(host, 0, end).toString();
    }

    /** An address as 16 bytes, IPv4 as IPv4-mapped; null if the text is none. */
    static byte @Nullable [] address(String text) {
        if (text.indexOf(':') < 0 && !isIpv4(text)) {
            return null;
        }
        try {
            // Only literals come here, so nothing is looked up.
            byte[] bytes = InetAddress.getByName(text).getAddress();
            return bytes.length == 16 ? bytes : mapped(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether a text is four decimal numbers: Java would look up, or complete, what is nearly so. */
    private static boolean isIpv4(String text) {
        int parts = 0;
        int digits = 0;
        int part = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c >= '0' && c <= '9' && digits < 3) {
                part = part * 10 + c - '0';
                digits++;
            } else if (c == '.' && digits > 0 && part <= 255) {
                parts++;
                digits = 0;
                part = 0;
            } else {
                return false;
            }
        }
        return parts == 4;
    }

    private static byte[] requireAddress(String text) {
        byte[] bytes = address(text);
        if (bytes == null) {
            throw new IllegalArgumentException("no address: " + text);
        }
        return bytes;
    }

    static byte[] mapped(byte[] v4) {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        System.arraycopy(v4, 0, mapped, 12, 4);
        return mapped;
    }

    /** The canonical form of a host, null if it has none. */
    static @Nullable String canonicalHost(String host) {
        return Canonical.host(host).canonical();
    }

    /** A host as observables have it; null if there is nothing. */
    private static @Nullable String observed(String host) {
        Observables.Seen seen = Observables.host(host);
        return seen == null ? null : seen.value();
    }
}
