package io.trawl.intel.canonical;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids that derive from what they name: the first 16 bytes of SHA-256 over parts, each ended by a zero byte. */
public final class Ids {
    static final int BYTES = 16;

    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private final MessageDigest sha256;

    /** For one thread. */
    public Ids() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** The id of three parts, in its first {@link #BYTES} bytes. */
    public byte[] digest(String one, String two, String three) {
        sha256.update(one.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        sha256.update(two.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        sha256.update(three.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        return sha256.digest();
    }

    public static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest, 0, BYTES);
    }

    /** Whether a text is an id in hex. */
    public static boolean isHex(byte[] digest, String text) {
        boolean same = text.length() == 2 * BYTES;
        for (int i = 0; i < BYTES && same; i++) {
            same = text.charAt(2 * i) == DIGITS[digest[i] >> 4 & 15]
                    && text.charAt(2 * i + 1) == DIGITS[digest[i] & 15];
        }
        return same;
    }

    /** The id of three parts as 32 hex digits. */
    public static String of(String one, String two, String three) {
        return hex(new Ids().digest(one, two, three));
    }
}
