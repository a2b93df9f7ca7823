package io.trawl.parsing.envelope;

import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.named.Json;
import io.trawl.parsing.mapping.Columns;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON with the line in one of its fields, as Docker's json-file driver and many shippers write it. What else
 * is in it, for example a pod's name, is left out.
 */
public final class JsonField implements Envelope {
    private final Grammar grammar;
    private final int[] lines;
    private final int[] times;

    /**
     * @param lines paths of the line: the first that is a text counts
     * @param times paths of the time, in the same way; empty if there is none
     */
    public JsonField(List<String> lines, List<String> times) {
        Plan plan = Json.plan(List.of());
        this.lines = lines.stream().mapToInt(plan::column).toArray();
        this.times = times.stream().mapToInt(plan::column).toArray();
        this.grammar = plan.grammar();
    }

    private static @Nullable String first(Columns columns, int[] among) {
        for (int column : among) {
            String text = columns.textOf(column);
            if (text != null) {
                return text;
            }
        }
        return null;
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
        String text = first(columns, lines);
        if (text == null) {
            return;
        }
        String written = first(columns, times);
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
