package io.trawl.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Settings;
import io.trawl.parsing.flume.Envelope;
import io.trawl.record.FlumeEnvelope;
import io.trawl.record.RawLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private final Envelope envelope = new Envelope();

    @Test
    void readsWhatAvroWrites() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            Map<String, String> headers = new LinkedHashMap<>();
            for (int n = random.nextInt(12); n > 0; n--) {
                int length = random.nextInt(20) == 0 ? 250 + random.nextInt(20) : random.nextInt(3);
                headers.put("h" + random.nextInt(50), "ä".repeat(length) + random.nextInt(4));
            }
            byte[] body = new byte[random.nextInt(300)];
            random.nextBytes(body);
            envelope.read(written(headers, body, i % 2 == 0));
            assertThat(envelope.headers()).isEqualTo(headers);
            assertThat(envelope.body()).isEqualTo(body);
        }
    }

    @Test
    void aValueThatStaysIsTheSameString() throws Exception {
        envelope.read(written(Map.of("host", "proxy-1"), new byte[0], false));
        String first = envelope.host();
        assertThat(first).isEqualTo("proxy-1");
        envelope.read(written(Map.of("host", "proxy-1"), new byte[0], false));
        assertThat(envelope.host()).isSameAs(first);
    }

    @Test
    void theMapOfOtherHeadersStaysTheSameUntilOneOfThemChanges() throws Exception {
        Map<String, String> headers = new LinkedHashMap<>(Map.of("host", "p", "file", "/a", "byteoffset", "1"));
        envelope.read(written(headers, new byte[0], false));
        Map<String, String> first = envelope.headers();
        assertThat(first).isEqualTo(Map.of("file", "/a"));
        headers.put("byteoffset", "22");
        envelope.read(written(headers, new byte[0], false));
        assertThat(envelope.headers()).isSameAs(first);
        assertThat(envelope.fileOffset()).isEqualTo(22);
        headers.put("file", "/b");
        envelope.read(written(headers, new byte[0], false));
        assertThat(envelope.headers()).isEqualTo(Map.of("file", "/b"));
        headers.put("more", "");
        envelope.read(written(headers, new byte[0], false));
        assertThat(envelope.headers()).isEqualTo(Map.of("file", "/b", "more", ""));
        headers.remove("more");
        envelope.read(written(headers, new byte[0], false));
        assertThat(envelope.headers()).isEqualTo(Map.of("file", "/b"));
        headers.remove("host");
        envelope.read(written(headers, new byte[0], false));
        assertThat(envelope.host()).isNull();
    }

    @Test
    void eventsOfSomeFilesInTurnHaveTheirOwnStringsAndMapsAgain() throws Exception {
        Map<String, Map<String, String>> first = new HashMap<>();
        Map<String, String> hosts = new HashMap<>();
        int again = 0;
        for (int i = 0; i < 60; i++) {
            String host = "proxy-" + i % 6;
            Map<String, String> headers = new LinkedHashMap<>(
                    Map.of("host", host, "key", host, "file", "/log", "byteoffset", Integer.toString(i)));
            envelope.read(written(headers, new byte[0], false));
            assertThat(envelope.host()).isEqualTo(host);
            assertThat(envelope.headers()).isEqualTo(Map.of("key", host, "file", "/log"));
            again += envelope.headers() == first.put(host, envelope.headers()) ? 1 : 0;
            again += envelope.host() == hosts.put(host, envelope.host()) ? 1 : 0;
        }
        // Two that meet at one place of the hash would take turns.
        assertThat(again).isGreaterThan(60);
    }

    @Test
    void anEventThatCannotBeReadLeavesNothingBehind() throws Exception {
        byte[] event = written(Map.of("file", "/a", "more", "x"), new byte[0], false);
        envelope.read(written(Map.of("file", "/a"), new byte[0], false));
        assertThatThrownBy(() -> envelope.read(java.util.Arrays.copyOf(event, event.length - 1)))
                .isInstanceOf(IOException.class);
        envelope.read(written(Map.of("file", "/a"), new byte[0], false));
        assertThat(envelope.headers()).isEqualTo(Map.of("file", "/a"));
    }

    @Test
    void aNumberIsWhatJavaReadsAsOne() throws Exception {
        for (String text : new String[] {
            "0", "007", "-5", "+5", "999999999999999999", "9223372036854775807", "9223372036854775808", "", " 1", "1e3"
        }) {
            envelope.read(written(Map.of("byteoffset", text), new byte[0], false));
            Long expected;
            try {
                expected = Long.valueOf(text);
            } catch (NumberFormatException e) {
                expected = null;
            }
            assertThat(envelope.fileOffset()).as(text).isEqualTo(expected);
            assertThat(envelope.headers()).as(text).isEqualTo(expected == null ? Map.of("byteoffset", text) : Map.of());
        }
    }

    @Test
    void everyCutOfAnEventSaysWhatIsWrong() throws Exception {
        byte[] event = written(Map.of("host", "proxy-1", "key", "k"), "line".getBytes(StandardCharsets.UTF_8), false);
        for (int length = 0; length < event.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(event, length);
            assertThatThrownBy(() -> envelope.read(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> envelope.read(java.util.Arrays.copyOf(event, event.length + 2)))
                .hasMessage("2 bytes are left after the event");
    }

    @Test
    void noBytesWhateverDoMoreThanSayWhy() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 20_000; i++) {
            byte[] any = new byte[random.nextInt(40)];
            random.nextBytes(any);
            try {
                envelope.read(any);
            } catch (IOException e) {
                assertThat(e)
                        .hasMessageMatching("(it ends too early|a length of .*|.* bytes are left.*|a number of .*)");
            }
        }
    }

    @Test
    void everyHeaderIsInItsColumnOrAmongTheHeaders() throws Exception {
        KafkaLines.Reader reader = new KafkaLines.Reader("proxy", Instant.EPOCH);
        Map<String, String> headers = new HashMap<>(Map.of(
                "host", "p", "log", "access", "generation", "g", "byteoffset", "7", "oversize", "9", "file", "/a"));
        RawLine line = reader.read(message(written(headers, "x".getBytes(StandardCharsets.UTF_8), false)));
        assertThat(line.getHost()).isEqualTo("p");
        assertThat(line.getFileOffset()).isEqualTo(7);
        assertThat(line.getOversize()).isEqualTo(9);
        assertThat(line.getHeaders()).isEqualTo(Map.of("file", "/a"));

        String fields = "#Fields: " + "x".repeat(1000);
        headers.put("header_line", fields);
        RawLine first = reader.read(message(written(headers, "x".getBytes(StandardCharsets.UTF_8), false)));
        RawLine second = reader.read(message(written(headers, "y".getBytes(StandardCharsets.UTF_8), false)));
        assertThat(first.getHeaderLine()).isEqualTo(fields).isSameAs(second.getHeaderLine());
        assertThat(first.getHeaders()).isEqualTo(Map.of("file", "/a"));
        headers.remove("header_line");
        line = reader.read(message(written(headers, "x".getBytes(StandardCharsets.UTF_8), false)));
        assertThat(line.getHeaderLine()).isNull();

        headers.put("byteoffset", "seven");
        line = reader.read(message(written(headers, "x".getBytes(StandardCharsets.UTF_8), false)));
        assertThat(line.getFileOffset()).isNull();
        assertThat(line.getHeaders()).isEqualTo(Map.of("file", "/a", "byteoffset", "seven"));

        line = reader.read(message("{}".getBytes(StandardCharsets.UTF_8)));
        assertThat(line.getEnvelopeError()).startsWith("not a Flume event in Avro");
        assertThat(line.getBody()).isEqualTo(ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aLineKnowsTheWindowInWhichTheBrokerTookIt() {
        Settings settings = Settings.defaults().with("source.proxy.window", "PT15M");
        KafkaLines.Reader reader = KafkaLines.Reader.ofWindows(settings.source("proxy"));
        for (String[] pair : new String[][] {
            {"2026-11-24T10:15:00Z", "2026-11-24T10:15:00Z"},
            {"2026-11-24T10:29:59.999Z", "2026-11-24T10:15:00Z"},
            {"2026-11-24T10:30:00Z", "2026-11-24T10:30:00Z"}
        }) {
            ConsumerRecord<byte[], byte[]> message = new ConsumerRecord<>(
                    "t",
                    0,
                    0L,
                    Instant.parse(pair[0]).toEpochMilli(),
                    TimestampType.LOG_APPEND_TIME,
                    0,
                    0,
                    new byte[0],
                    new byte[0],
                    new RecordHeaders(),
                    Optional.empty());
            RawLine line = reader.read(message);
            assertThat(line.getWindow()).isEqualTo(Instant.parse(pair[1]));
            assertThat(line.getSource()).isEqualTo("proxy");
        }
    }

    private static ConsumerRecord<byte[], byte[]> message(byte[] value) {
        return new ConsumerRecord<>("t", 0, 0L, new byte[0], value);
    }

    private static byte[] written(Map<String, String> headers, byte[] body, boolean blocks) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        EncoderFactory factory = EncoderFactory.get();
        // A blocking encoder writes each block's count as a negative number, and its size behind it.
        BinaryEncoder encoder = blocks
                ? new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(bytes, null)
                : factory.directBinaryEncoder(bytes, null);
        new SpecificDatumWriter<>(FlumeEnvelope.class)
                .write(new FlumeEnvelope(headers, ByteBuffer.wrap(body)), encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}
