package io.trawl.flume;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.channel.ChannelProcessor;

/**
 * Adds to the first line of a file which file of the log came before it, and how long that is: the header
 * {@code follows}. So whoever has the lines can tell whether the end of that file is among them.
 */
final class Predecessors extends ChannelProcessor {
    /** Header: generation and bytes of the file before, or {@code none}. */
    static final String FOLLOWS = "follows";

    private final ChannelProcessor next;
    private final Function<String, String> before;

    /** @param before tells of the path of a file what the header's value is */
    Predecessors(ChannelProcessor next, Function<String, String> before) {
        super(next.getSelector());
        this.next = next;
        this.before = before;
    }

    @Override
    public void processEventBatch(List<Event> events) {
        events.forEach(this::mark);
        next.processEventBatch(events);
    }

    @Override
    public void processEvent(Event event) {
        mark(event);
        next.processEvent(event);
    }

    private void mark(Event event) {
        Map<String, String> headers = event.getHeaders();
        String file = headers.get(OriginInterceptor.FILE);
        if (file != null && "0".equals(headers.get(OriginInterceptor.BYTE_OFFSET))) {
            headers.put(FOLLOWS, before.apply(file));
        }
    }

    @Override
    public void initialize() {
        next.initialize();
    }

    @Override
    public void configure(Context context) {
        next.configure(context);
    }

    @Override
    public void close() {
        next.close();
    }
}
