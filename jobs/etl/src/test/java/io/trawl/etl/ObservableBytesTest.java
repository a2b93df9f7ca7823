package io.trawl.etl;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.Observable;
import java.io.ByteArrayOutputStream;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;

class ObservableBytesTest {
    @Test
    void areThoseOfAvrosOwnWriter() throws Exception {
        ObservableBytes bytes = new ObservableBytes();
        int withClients = 0;
        for (IndexedRecord record : LakeFileTest.records(Observable.SCHEMA$, 2_000)) {
            Observable observable = (Observable) record;
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(expected, null);
            new SpecificDatumWriter<>(Observable.class).write(observable, encoder);
            encoder.flush();

            assertThat(bytes.of(observable, observable.getClients())).isEqualTo(expected.toByteArray());
            withClients += observable.getClients().size();
        }
        assertThat(withClients).isGreaterThan(1_000);
    }
}
