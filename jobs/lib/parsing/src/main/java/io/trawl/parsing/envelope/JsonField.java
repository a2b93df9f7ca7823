package io.trawl.parsing.envelope;

import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.named.Json;
import io.trawl.parsing.mapping.Columns;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An object of JSON with the line in one of its fields, as Docker's json-file driver and many shippers write it. */
public final class JsonField implements Envelope {
    private final Grammar grammar;
    private final int line;
    private final int time;

    /**
     * @param line path of the line
     * @param time path of the time; null where there is none
     */
    public JsonField(String line, @Nullable String time) {
        Plan plan = Json.plan(List.of(line));
        this.line = plan.column(line);
        this.time = time == null ? -1 : plan.column(time);
        this.grammar = plan.grammar();
    }

    @Override
    public boolean mayBegin(byte[] b, int from, int to) {
        return from < to && b[from] == '{';
    }

    @Override
    public void open(Frame frame) {
        if (!frame.is(frame.from, '{')) {
            return;
        }
        Columns columns = new Columns(grammar.size(), frame.bytes);
        if (!grammar.scan(frame.bytes, frame.from, frame.to, columns)) {
            return;
        }
        String text = columns.textOf(line);
        if (text == null) {
            return;
        }
        String written = time < 0 ? null : columns.textOf(time);
        frame.bytes = text.getBytes(StandardCharsets.UTF_8);
        frame.from = 0;
        frame.to = frame.bytes.length;
        while (frame.to > 0 && (frame.bytes[frame.to - 1] == '\n' || frame.bytes[frame.to - 1] == '\r')) {
            frame.to--;
        }
        if (written != null) {
            frame.timeBytes = written.getBytes(StandardCharsets.UTF_8);
            frame.timeFrom = 0;
            frame.timeTo = frame.timeBytes.length;
        }
    }
}
