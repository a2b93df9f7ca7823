package io.trawl.bench.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.FlumeEnvelope;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;

class EnvelopesTest {
    private static FlumeEnvelope read(byte[] message) throws IOException {
        return new SpecificDatumReader<>(FlumeEnvelope.class)
                .read(null, DecoderFactory.get().binaryDecoder(message, null));
    }

    @Test
    void theSameLineComesAgainAtAnotherPlace() throws IOException {
        Envelopes envelopes = new Envelopes(1000, 10_000);
        FlumeEnvelope first = read(envelopes.message(7));
        FlumeEnvelope again = read(envelopes.message(1007));
        assertThat(again.getBody()).isEqualTo(first.getBody());
        assertThat(first.getHeaders()).containsEntry("byteoffset", Long.toString(envelopes.place(7)));
        assertThat(again.getHeaders()).containsEntry("byteoffset", Long.toString(envelopes.place(1007)));
    }

    @Test
    void everyMessageIsAnEventWithThePlaceOfItsNumber() throws IOException {
        Envelopes envelopes = new Envelopes(1000, 10_000);
        TreeSet<String> places = new TreeSet<>();
        for (int i = 0; i < 3000; i++) {
            Map<String, String> headers = read(envelopes.message(i)).getHeaders();
            assertThat(headers).containsKeys("host", "key", "log", "file", "generation");
            places.add(headers.get("host") + " " + headers.get("byteoffset"));
        }
        assertThat(places).hasSize(3000);
        assertThat(envelopes.hits()).isEqualTo(1);
    }

    @Test
    void eachLogGoesOnWhereItEnded() throws IOException {
        Envelopes envelopes = new Envelopes(1000, 10_000);
        Map<String, Long> ends = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
            FlumeEnvelope message = read(envelopes.message(i));
            String host = message.getHeaders().get("host");
            long begin = Long.parseLong(message.getHeaders().get("byteoffset"));
            assertThat(ends.getOrDefault(host, 100_000_000_000L)).as(host).isEqualTo(begin);
            ends.put(host, begin + message.getBody().remaining() + 1);
        }
        assertThat(ends).hasSizeGreaterThan(1);
    }
}
