package io.trawl.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.FlumeEnvelope;
import java.io.IOException;
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
        assertThat(first.getHeaders()).containsEntry("byteoffset", "100000001400");
        assertThat(again.getHeaders()).containsEntry("byteoffset", "100000201400");
    }

    @Test
    void everyMessageIsAnEventWithThePlaceOfItsNumber() throws IOException {
        Envelopes envelopes = new Envelopes(1000, 10_000);
        TreeSet<String> places = new TreeSet<>();
        for (int i = 0; i < 3000; i++) {
            Map<String, String> headers = read(envelopes.message(i)).getHeaders();
            assertThat(headers).containsKeys("host", "key", "log", "file", "generation");
            places.add(headers.get("byteoffset"));
        }
        assertThat(places).hasSize(3000);
        assertThat(envelopes.hits()).isEqualTo(1);
    }
}
