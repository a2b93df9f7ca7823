package io.trawl.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.copies.RangeStore;
import io.trawl.flow.Flow;
import io.trawl.flow.Tally;
import io.trawl.kafka.Messages;
import io.trawl.kafka.Offsets;
import io.trawl.kafka.files.Inbox;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Takes the messages of one window from Kafka into lake.raw_lines, each as it came. */
public final class IngestJob implements Job {
    @Option(
            names = "--accept-loss",
            description =
                    "Continue if retention has deleted messages of the window, or if a broker has lost the end of its log, and record the loss in the ledger.")
    private boolean acceptLoss;

    public static void main(String[] args) {
        Jobs.main(args, new IngestJob());
    }

    @Override
    public String name() {
        return Stage.INGEST.name();
    }

    @Override
    public String purpose() {
        return "Copies the messages of a window from Kafka to lake.raw_lines, unchanged.";
    }

    @Override
    public List<LakeTable<?>> writes() {
        return List.of(LakeTable.RAW_LINES);
    }

    @Override
    public void run(Run run) throws IOException {
        Offsets.Span span;
        Flow<RawLine> lines;
        try (Messages messages = Inbox.of(run.source(), run.settings(), run.state())) {
            String accepted = acceptLoss ? messages.acceptCuts(run.window(), run.id()) : null;
            if (accepted != null) {
                run.note("accepted loss: " + accepted);
            }
            span = messages.of(run.window());
            judgeLoss(run, span);
            run.lines(span.messages());
            lines = span.messages() == 0
                    ? Flow.of(List.of())
                    : Flow.of(messages.read(run.context(), run.window(), span.readable()));
        }
        RangeStore places = new RangeStore();
        Tally tally =
                lines.into(run.replacing(LakeTable.RAW_LINES)).into(places).run();

        run.count("messages", span.messages());
        run.count("raw", tally.count("stored.raw_lines"));
        run.offsets(span.spans(), span.holes());
        ObjectNode detail = Json.MAPPER.createObjectNode();
        if (!span.unknown().isEmpty()) {
            ArrayNode unknown = detail.putArray("unknown");
            span.unknown().values().forEach(one -> unknown.add(Json.of(one)));
        }
        places.ranges().into(detail);
        run.detail(Json.MAPPER.writeValueAsString(detail));
    }

    /** Lets a window pass that lacks nothing, or whose loss an operator has accepted; fails else. */
    private void judgeLoss(Run run, Offsets.Span span) {
        Ledger.@Nullable Entry before = run.ledger().current(run.source().name(), Stage.INGEST, run.window());
        if (before != null) {
            requireAll(run, before, span);
        }
        if (span.holes().isEmpty() && span.unknown().isEmpty()) {
            return;
        }
        String gone = Offsets.gone(run.source().topic(), span);
        if (before != null) {
            long kept = total(span.holes()) - total(before.spans("holes"));
            if (kept > 0) {
                throw new JobFailure(
                        "window " + run.window() + ": " + gone + "; lake.raw_lines still holds " + kept
                                + " of them from run " + before.runId()
                                + ", so ingest does not replace them: run validate instead",
                        null);
            }
            return;
        }
        if (!acceptLoss) {
            throw new JobFailure(
                    "window " + run.window() + ": " + gone
                            + "; --accept-loss continues without them and records the loss",
                    null);
        }
        run.count("lost", total(span.holes()));
        run.note("accepted loss: " + gone);
    }

    /** Borders that were pinned anew, after what retention has deleted, would make the window shorter, and nothing a hole. */
    private static void requireAll(Run run, Ledger.Entry before, Offsets.Span span) {
        for (OffsetSpan had : before.spans("offsets")) {
            boolean has = had.getFrom() == had.getUntil()
                    || span.spans().stream()
                            .anyMatch(now -> now.getPartition() == had.getPartition()
                                    && now.getFrom() <= had.getFrom()
                                    && now.getUntil() >= had.getUntil());
            if (!has) {
                throw new JobFailure(
                        "window " + run.window() + ": run " + before.runId() + " read offsets " + had.getFrom() + " to "
                                + (had.getUntil() - 1) + " of partition " + had.getPartition()
                                + ", which the window no longer has: were its pinned borders deleted? lake.raw_lines still"
                                + " holds them, so ingest does not replace them: run validate instead",
                        null);
            }
        }
    }

    private static long total(List<OffsetSpan> spans) {
        return spans.stream()
                .mapToLong(span -> span.getUntil() - span.getFrom())
                .sum();
    }
}
