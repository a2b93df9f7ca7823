package io.trawl.flume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.ObjectName;
import org.apache.flume.Channel;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.Sink;
import org.apache.flume.SinkRunner;
import org.apache.flume.Transaction;
import org.apache.flume.channel.ChannelProcessor;
import org.apache.flume.channel.MemoryChannel;
import org.apache.flume.channel.ReplicatingChannelSelector;
import org.apache.flume.event.EventBuilder;
import org.apache.flume.sink.DefaultSinkProcessor;
import org.apache.flume.source.AvroSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Flume's own channels, source and runner: nothing here stands in for them. */
class PromptAvroSinkTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int LINES = 120;

    private static final MemoryChannel ARRIVED = channel(LINES);
    private static final AvroSource COLLECTOR = new AvroSource();
    private static final List<PromptAvroSink> STARTED = new ArrayList<>();
    private static int port;

    private final MemoryChannel channel = channel(LINES);
    private final PromptAvroSink sink = new PromptAvroSink();

    @BeforeAll
    static void startCollector() throws IOException {
        port = start(COLLECTOR);
    }

    /** All at once, as Netty takes two seconds to end. */
    @AfterAll
    static void stop() {
        STARTED.parallelStream().forEach(PromptAvroSink::stop);
        COLLECTOR.stop();
    }

    @Test
    void anEmptyChannelIsNoBackOff() throws EventDeliveryException {
        start(channel, Map.of("emptyWait", "1"));

        assertThat(sink.process()).isEqualTo(Sink.Status.READY);
        assertThat(sink.process()).isEqualTo(Sink.Status.READY);
    }

    @Test
    void aLineThatComesWhileItWaitsIsSent() throws Exception {
        sink.setName("waiting");
        connect(channel, Map.of("emptyWait", "10"));
        DefaultSinkProcessor processor = new DefaultSinkProcessor();
        processor.setSinks(List.of(sink));
        SinkRunner runner = new SinkRunner(processor);
        runner.start();
        try {
            // Flume's own sink is here after 90 s: the runner pauses 1, 2, 3, 4 and then 5 s each time.
            await(() -> emptyPolls() >= 20);
            put(channel, "a line");
            AtomicReference<@Nullable String> line = new AtomicReference<>();
            await(() -> {
                line.set(take(ARRIVED));
                return line.get() != null;
            });

            assertThat(line).hasValue("a line");
        } finally {
            runner.stop();
        }
    }

    @Test
    void fullBatchesFollowEachOtherWithoutAWait() throws EventDeliveryException {
        start(channel, Map.of("emptyWait", "1000", "batch-size", "1"));
        for (int line = 0; line < LINES; line++) {
            put(channel, "line " + line);
        }
        Instant begun = Instant.now();
        for (int line = 0; line < LINES; line++) {
            assertThat(sink.process()).isEqualTo(Sink.Status.READY);
            assertThat(take(ARRIVED)).isEqualTo("line " + line);
        }

        assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(LINES / 2));
    }

    @Test
    void aBatchThatEmptiedTheChannelIsFollowedByAWait() throws EventDeliveryException {
        start(channel, Map.of("emptyWait", "1000", "batch-size", "10"));
        put(channel, "a line");
        Instant begun = Instant.now();

        assertThat(sink.process()).isEqualTo(Sink.Status.READY);
        assertThat(take(ARRIVED)).isEqualTo("a line");
        assertThat(Duration.between(begun, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(990));
    }

    @Test
    void anInterruptedWaitIsABackOff() throws Exception {
        start(channel, Map.of("emptyWait", "1000"));
        AtomicReference<Sink.@Nullable Status> answer = new AtomicReference<>();
        AtomicReference<@Nullable Boolean> flag = new AtomicReference<>();
        Thread runner = new Thread(() -> {
            try {
                // A wait that was over before it was interrupted is followed by another.
                do {
                    answer.set(sink.process());
                } while (answer.get() != Sink.Status.BACKOFF);
            } catch (EventDeliveryException e) {
                throw new IllegalStateException(e);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        runner.setDaemon(true);
        runner.start();
        await(() -> runner.getState() == Thread.State.TIMED_WAITING);
        runner.interrupt();
        runner.join(30_000);

        assertThat(answer).hasValue(Sink.Status.BACKOFF);
        assertThat(flag).hasValue(true);
    }

    @Test
    void aCollectorThatIsAwayIsAFailureAndTheLineStays() throws EventDeliveryException, IOException {
        AvroSource away = new AvroSource();
        start(channel, Map.of("emptyWait", "1", "port", Integer.toString(start(away))));
        away.stop();
        put(channel, "a line");

        assertThatThrownBy(sink::process)
                .isInstanceOf(EventDeliveryException.class)
                .hasMessage("Failed to send events");
        assertThatThrownBy(sink::process).isInstanceOf(EventDeliveryException.class);
        assertThat(take(channel)).isEqualTo("a line");
    }

    @Test
    void aChannelThatCannotBeReadIsABackOff() throws EventDeliveryException {
        MemoryChannel narrow = channel(1);
        start(narrow, Map.of("emptyWait", "1"));
        put(narrow, "one");
        put(narrow, "one more than a transaction takes");

        assertThat(sink.process()).isEqualTo(Sink.Status.BACKOFF);
        assertThat(take(narrow)).isEqualTo("one");
    }

    @Test
    void aWaitThatIsNoneIsNamed() {
        for (String wait : List.of("0", "-1", "1001", "soon", "")) {
            assertThatThrownBy(() -> sink.configure(context(Map.of("emptyWait", wait))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("emptyWait is '" + wait
                            + "'; expected a number of milliseconds from 1 to 1000, for example emptyWait = 100");
        }
    }

    /** @return the port on which the source listens */
    private static int start(AvroSource source) throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        ReplicatingChannelSelector selector = new ReplicatingChannelSelector();
        selector.setChannels(List.of(ARRIVED));
        source.setName("port-" + free);
        source.setChannelProcessor(new ChannelProcessor(selector));
        source.configure(new Context(Map.of("bind", "127.0.0.1", "port", Integer.toString(free))));
        source.start();
        return free;
    }

    private void start(Channel channel, Map<String, String> settings) {
        sink.setName("sink");
        connect(channel, settings);
        sink.start();
        STARTED.add(sink);
    }

    private void connect(Channel channel, Map<String, String> settings) {
        sink.setChannel(channel);
        sink.configure(context(settings));
    }

    private static Context context(Map<String, String> settings) {
        Context context = new Context(Map.of("hostname", "127.0.0.1", "port", Integer.toString(port)));
        context.putAll(settings);
        return context;
    }

    private static MemoryChannel channel(int transaction) {
        MemoryChannel channel = new MemoryChannel();
        channel.setName("channel");
        channel.configure(new Context(Map.of(
                "capacity", Integer.toString(LINES),
                "transactionCapacity", Integer.toString(transaction),
                "keep-alive", "0")));
        channel.start();
        return channel;
    }

    private static void put(Channel channel, String line) {
        Transaction transaction = channel.getTransaction();
        transaction.begin();
        channel.put(EventBuilder.withBody(line, UTF_8));
        transaction.commit();
        transaction.close();
    }

    private static @Nullable String take(Channel channel) {
        Transaction transaction = channel.getTransaction();
        transaction.begin();
        Event event = channel.take();
        transaction.commit();
        transaction.close();
        return event == null ? null : new String(event.getBody(), UTF_8);
    }

    /** How often the sink named waiting found its channel empty. */
    private static long emptyPolls() throws Exception {
        Object count = ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName("org.apache.flume.sink:type=waiting"), "BatchEmptyCount");
        return (Long) count;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(SOON);
        while (!condition.call()) {
            assertThat(Instant.now()).as("not within " + SOON).isBefore(end);
            Thread.onSpinWait();
        }
    }
}
