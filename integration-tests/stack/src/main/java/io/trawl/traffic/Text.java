package io.trawl.traffic;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A line in the making: ASCII bytes, used over and over. */
final class Text {
    private byte[] bytes = new byte[1024];
    private int length;

    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    void cut(int to) {
        length = Math.min(length, to);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    Text add(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    Text add(String more) {
        return add(ascii(more));
    }

    Text add(char one) {
        room(1);
        bytes[length++] = (byte) one;
        return this;
    }

    /** @param width filled with {@code fill} on the left up to so many characters */
    Text add(long number, int width, char fill) {
        room(20 + width);
        long rest = Math.abs(number);
        int digits = number < 0 ? 2 : 1;
        for (long n = rest; n >= 10; n /= 10) {
            digits++;
        }
        for (int i = digits; i < width; i++) {
            bytes[length++] = (byte) fill;
        }
        int end = length + digits;
        int at = end;
        do {
            bytes[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (number < 0) {
            bytes[length] = '-';
        }
        length = end;
        return this;
    }

    Text add(long number) {
        return add(number, 0, ' ');
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[][] ascii(String... texts) {
        byte[][] all = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            all[i] = ascii(texts[i]);
        }
        return all;
    }
}
