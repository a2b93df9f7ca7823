package io.trawl.parsing.flume;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a line was born, and the identity that follows from it. */
public final class Origin {
    static final String HOST = "host";
    static final String LOG = "log";
    static final String GENERATION = "generation";
    static final String BYTE_OFFSET = "byteoffset";
    /** Length of a line that the agent cut. */
    static final String OVERSIZE = "oversize";
    /** The last line before this one in its file that names the columns. */
    static final String HEADER_LINE = "header_line";
    /** How the reason begins why a message could not be unwrapped. */
    public static final String NO_EVENT = "not a Flume event in Avro (collector: parseAsFlumeEvent = true): ";

    private static final ThreadLocal<Hash> HASH = ThreadLocal.withInitial(Hash::new);

    /** How the lines of one file begin what is hashed, with room for the offset. */
    private record Begin(
            String host, @Nullable String log, @Nullable String generation, byte[] bytes) {
        static Begin of(String host, @Nullable String log, @Nullable String generation) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String part : Arrays.asList("line", host, log, generation)) {
                part(bytes, part);
            }
            bytes.writeBytes(new byte[Long.BYTES]);
            return new Begin(host, log, generation, bytes.toByteArray());
        }

        boolean is(String itsHost, @Nullable String itsLog, @Nullable String itsGeneration) {
            return itsHost.equals(host) && Objects.equals(itsLog, log) && Objects.equals(itsGeneration, generation);
        }
    }

    /** SHA-256, and how the lines of some files begin it: a task has those of a few files, one among the other. */
    private static final class Hash {
        private static final int FILES = 64;

        final MessageDigest digest;
        private final @Nullable Begin[] begins = new Begin[FILES];

        Hash() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this Java has no SHA-256", e);
            }
        }

        /** Takes in where a line was born. */
        void line(String host, @Nullable String log, @Nullable String generation, long fileOffset) {
            int slot = (host.hashCode() * 31 + Objects.hashCode(generation)) * 31 + Objects.hashCode(log);
            slot = (slot ^ slot >>> 16) & FILES - 1;
            Begin begin = begins[slot];
            if (begin == null || !begin.is(host, log, generation)) {
                begin = Begin.of(host, log, generation);
                begins[slot] = begin;
            }
            byte[] bytes = begin.bytes();
            ByteBuffer.wrap(bytes).putLong(bytes.length - Long.BYTES, fileOffset);
            digest.update(bytes);
        }
    }

    private Origin() {}

    /**
     * The identity of a line: 32 hex digits of SHA-256 over host, log, generation, byte offset and the line itself, so
     * that a line that was sent twice is one event. Where the agent gave no host or offset it is over topic, partition
     * and offset. A cryptographic hash, because who writes a URL can choose most of a line.
     */
    public static String eventId(
            @Nullable String host,
            @Nullable String log,
            @Nullable String generation,
            @Nullable Long fileOffset,
            byte[] body,
            String topic,
            int partition,
            long offset) {
        Hash hash = HASH.get();
        if (host != null && fileOffset != null) {
            hash.line(host, log, generation, fileOffset);
            hash.digest.update(body);
        } else {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            part(bytes, "message");
            part(bytes, topic);
            bytes.writeBytes(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(partition)
                    .putLong(offset)
                    .array());
            hash.digest.update(bytes.toByteArray());
        }
        return HexFormat.of().formatHex(hash.digest.digest(), 0, 16);
    }

    /**
     * The identity of a record of a message that carries several: of the first one the message's own, so that each message
     * has it once; of a further one 32 hex digits of SHA-256 over the message's and its number. So copies of a message have
     * the same records, and none of them is another one's.
     *
     * @param message identity of the message
     * @param number of the record, counted from 0
     */
    public static String recordId(String message, int number) {
        if (number == 0) {
            return message;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        part(bytes, "record");
        part(bytes, message);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        return HexFormat.of().formatHex(HASH.get().digest.digest(bytes.toByteArray()), 0, 16);
    }

    private static void part(ByteArrayOutputStream bytes, @Nullable String text) {
        if (text != null) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
        // A byte that UTF-8 never has keeps neighbouring parts apart.
        bytes.write(0xFF);
    }
}
