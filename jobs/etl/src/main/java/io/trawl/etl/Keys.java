package io.trawl.etl;

import io.trawl.intel.Canonical;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * {@code observables}: D domain (labels reversed), A address.
 */
public final class Keys {
    static final byte TIME = 'T';
    static final byte CLIENT = 'C';
    static final byte INDICATOR = 'I';
    static final byte HOST = 'H';
    static final byte ADDRESS = 'A';
    static final byte DOMAIN = 'D';
    static final byte WINDOW = 'W';

    /** Length of what ends every key of a detection: reversed time and id. */
    static final int TAIL = 24;

    private Keys() {}

    /** The main row of a detection. */
    static byte[] main(int salts, Detection detection) {
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
        for (String host :
                Arrays.asList(detection.getUrlDomain(), detection.getDestinationIp(), detection.getValue())) {
            String canonical = host == null ? null : canonicalHost(host);
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

    /** The row by which a detection of the hot path is found from its window. */
    static byte[] window(int salts, Detection detection) {
        return Bytes.add(
                windowPrefix(salt(salts, detection.getDetectionId()), detection.getSource(), detection.getWindow()),
                tail(detection));
    }

    /** Beginning of the rows of a source's window, of one salt. */
    static byte[] windowPrefix(int salt, String source, Instant start) {
        return key(salt, WINDOW, terminated(source), Bytes.toBytes(Rows.micros(start)));
    }

    /** The row of an observable. */
    static byte[] observable(int salts, Observable observable) {
        return observable(salt(salts, observable.getValue()), observable.getValue());
    }

    static byte[] observable(int salt, String value) {
        byte[] address = address(value);
        return address == null ? key(salt, DOMAIN, terminated(reversed(value))) : key(salt, ADDRESS, address);
    }

    /** The main row that the tail of an index row points to. */
    static byte[] mainOf(byte[] index) {
        return key(index[0], TIME, Arrays.copyOfRange(index, index.length - TAIL, index.length));
    }

    /** Event time in the tail of a detection's key. */
    static Instant timeOf(byte[] key) {
        return Rows.instant(Long.MAX_VALUE - ByteBuffer.wrap(key).getLong(key.length - TAIL));
    }

    /** Detection id in the tail of its key, 32 hexadecimal digits. */
    static String idOf(byte[] key) {
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
        return Long.MAX_VALUE - Rows.micros(time);
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

    /** Text and a zero byte, which no value has: so that a value is no prefix of a longer one. */
    static byte[] terminated(String text) {
        // HBase takes row keys of up to 32 KiB; a longer value is found by its beginning.
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] terminated = Arrays.copyOf(bytes, Math.min(bytes.length, 16_000) + 1);
        terminated[terminated.length - 1] = 0;
        return terminated;
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

    /** An address as 16 bytes, IPv4 as IPv4-mapped; null where the text is none. */
    static byte @Nullable [] address(String text) {
        if (text.indexOf(':') < 0 && !hasOnlyDigitsAndDots(text)) {
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

    private static boolean hasOnlyDigitsAndDots(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return !text.isEmpty();
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

    /** The canonical form of a host, null where it has none. */
    static @Nullable String canonicalHost(String host) {
        return Canonical.host(host).canonical();
    }
}
