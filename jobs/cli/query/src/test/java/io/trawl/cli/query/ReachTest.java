package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.run.Jobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachTest {
    /** What Hadoop's client says, and what we say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Call From box/192.0.2.7 to 127.0.0.1:9000 failed on connection exception: java.net.ConnectException: Connection refused; For more details see:  http://wiki.apache.org/hadoop/ConnectionRefused"
                        + "|HDFS at 127.0.0.1:9000 does not answer: Connection refused: is it up?",
                "Call From box/192.0.2.7 to nn.example:8020 failed on socket timeout exception: java.net.SocketTimeoutException: 8000 millis timeout while waiting for channel to be ready for read. ch : java.nio.channels.SocketChannel[connected]; For more details see:  http://wiki.apache.org/hadoop/SocketTimeout"
                        + "|HDFS at nn.example:8020 does not answer: 8000 millis timeout while waiting for channel to be ready for read. ch : java.nio.channels.SocketChannel[connected]: is it up?",
                "Invalid host name: local host is: (unknown); destination host is: \"nn.example\":8020; java.net.UnknownHostException; For more details see:  http://wiki.apache.org/hadoop/UnknownHost"
                        + "|HDFS at nn.example:8020 does not answer: is it up?",
                "End of File Exception between local host is: \"box/192.0.2.7\"; destination host is: \"127.0.0.1\":9000; : java.io.EOFException; For more details see:  http://wiki.apache.org/hadoop/EOFException"
                        + "|HDFS at 127.0.0.1:9000 does not answer: is it up?",
                "Could not obtain block: BP-1-127.0.0.1-1:blk_107_1 file=/trawl/lake/x.parquet No live nodes contain current block"
                        + "|HDFS has no DataNode that answers and has a block of /trawl/lake/x.parquet: are all of them up?"
            })
    void hdfsThatIsAwayIsSaidInOurWords(String hadoops, String ours) {
        Exception failure = new UncheckedIOException("reading", new IOException(hadoops));

        assertThat(Jobs.message(failure)).isEqualTo(ours);
        assertThat(Jobs.isAway(failure)).isTrue();
    }

    @Test
    void anyOtherFailureIsNoServerThatIsAway() {
        assertThat(Jobs.isAway(new IllegalStateException("no such column"))).isFalse();
        assertThat(Jobs.isAway(new IOException())).isFalse();
    }

    @Test
    void whatASiteHasSetItselfStays() {
        Settings site = Settings.defaults().with("hbase.client.conf.hbase.rpc.timeout", "77");

        Settings impatient = Reach.impatient(site);

        assertThat(impatient.text("hbase.client.conf.hbase.rpc.timeout")).isEqualTo("77");
        assertThat(impatient.text("hadoop.dfs.client.socket-timeout")).isEqualTo("10000");
    }
}
