package io.trawl.hotdetect.correlation;

import io.trawl.base.JobFailure;
import io.trawl.flow.Step;
import io.trawl.flow.Store;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.steps.Correlating;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the driver what the rules of correlations found in a batch: so much of it as is looked at, at most. */
public final class KeptStore implements Store<Kept> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(KeptStore.class);

    private final int most;
    private final transient List<Kept> found = new ArrayList<>();
    private transient long leftOut;

    public KeptStore(int most) {
        this.most = most;
    }

    /** What one task found. */
    private record Receipt(ArrayList<Kept> found, long leftOut) implements Serializable {}

    /**
     * Judges events by the rules of correlations. An event on which Trawl itself fails is in no group; the log names it, and
     * the event's line is judged by the other rules all the same.
     */
    public static Step<ProxyEvent, Kept> judging(Correlating correlating) {
        return Step.of("seen", (event, out) -> judge(correlating, event, out));
    }

    private static void judge(Correlating correlating, ProxyEvent event, Step.Out<? super Kept> out) {
        RawLine line = out.line();
        if (line == null) {
            throw new JobFailure("event " + event.getEventId() + " has no line", null);
        }
        List<Kept> found = new ArrayList<>();
        try {
            correlating.seen(event, seen -> found.add(Kept.of(seen, line.getAppendTime())));
        } catch (JobFailure e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error(
                    "judging the line at partition {} offset {} for correlations failed",
                    event.getPartition(),
                    event.getOffset(),
                    e);
            return;
        }
        found.forEach(out::emit);
    }

    @Override
    public String name() {
        return "correlated";
    }

    @Override
    public Writer<Kept> open(int partition, long attempt) {
        ArrayList<Kept> some = new ArrayList<>();
        return new Writer<>() {
            private long more;

            @Override
            public void write(Kept one) {
                if (some.size() < most) {
                    some.add(one);
                } else {
                    more++;
                }
            }

            @Override
            public Serializable close() {
                return new Receipt(some, more);
            }

            @Override
            public void abort() {
                some.clear();
            }
        };
    }

    @Override
    public void commit(List<Serializable> receipts) {
        for (Serializable receipt : receipts) {
            found.addAll(((Receipt) receipt).found());
            leftOut += ((Receipt) receipt).leftOut();
        }
    }

    public List<Kept> found() {
        return List.copyOf(found);
    }

    /** What a task found beyond the limit. */
    public long leftOut() {
        return leftOut;
    }
}
