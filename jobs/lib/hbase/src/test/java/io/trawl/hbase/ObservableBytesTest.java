package io.trawl.hbase;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Times;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.testing.RandomRecords;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.KeyValue;
import org.junit.jupiter.api.Test;

class ObservableBytesTest {
    private final ObservableBytes bytes = new ObservableBytes();

    private static Cell cell(byte[] value) {
        byte[] name = {1};
        return new KeyValue(name, HBase.FAMILY, name, 1, value);
    }

    @Test
    void areReadAsTheyWereWritten() {
        int withClients = 0;
        for (IndexedRecord record : RandomRecords.of(Observable.SCHEMA$, 2_000)) {
            Observable observable = (Observable) record;
            List<ClientSightings> clients = observable.getClients();

            ObservableBytes.Read whole = ObservableBytes.read(cell(bytes.of(observable, clients, true)));
            assertThat(whole)
                    .isEqualTo(new ObservableBytes.Read(
                            observable.getFirstSeen(),
                            observable.getLastSeen(),
                            observable.getEvents(),
                            clients.size(),
                            observable.getValue().isEmpty() ? null : observable.getValue(),
                            clients));
            ObservableBytes.Read summary = ObservableBytes.read(cell(bytes.of(observable, List.of(), false)));
            assertThat(summary.clients()).isEqualTo(clients.size());
            assertThat(summary.value()).isNull();
            assertThat(summary.some()).isEmpty();
            assertThat(Load.isTombstone(cell(bytes.of(observable, List.of(), false))))
                    .isFalse();
            withClients += clients.size();
        }
        assertThat(withClients).isGreaterThan(1_000);
    }

    /** As docs/hbase.md has it, for whoever reads the cells without us. */
    @Test
    void numbersAndTextsAreAvros() throws Exception {
        Schema schema = new Schema.Parser()
                .parse("{'type':'record','name':'Cell','fields':[".replace('\'', '"')
                        + fields("first", "length", "events", "clients")
                        + ",{\"name\":\"value\",\"type\":\"string\"},{\"name\":\"count\",\"type\":\"long\"}]}");
        for (IndexedRecord record : RandomRecords.of(Observable.SCHEMA$, 100)) {
            Observable observable = (Observable) record;
            GenericRecord read = new GenericDatumReader<GenericRecord>(schema)
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(bytes.of(observable, observable.getClients(), true), null));
            assertThat(read.get("first")).isEqualTo(Times.micros(observable.getFirstSeen()));
            assertThat(read.get("events")).isEqualTo(observable.getEvents());
            assertThat(read.get("value")).hasToString(observable.getValue());
            assertThat(read.get("count"))
                    .isEqualTo((long) observable.getClients().size());
        }
    }

    private static String fields(String... names) {
        return String.join(
                ",",
                List.of(names).stream()
                        .map(name -> "{\"name\":\"" + name + "\",\"type\":\"long\"}")
                        .toList());
    }
}
