package io.trawl.parsing.envelope;

/** What a container's runtime writes before each line, as Kubernetes nodes have it: {@code 2024-01-01T00:00:00.0Z stdout F }. */
public final class Cri implements Envelope {
    @Override
    public boolean mayBegin(byte[] b, int from, int to) {
        return from + 10 < to && b[from + 10] == 'T';
    }

    @Override
    public void open(Frame frame) {
        int time = frame.wordEnd(frame.from);
        if (time - frame.from < 20 || !frame.isDigit(frame.from) || !frame.is(frame.from + 10, 'T')) {
            return;
        }
        int stream = frame.skipSpaces(time);
        int streamEnd = frame.wordEnd(stream);
        boolean known = streamEnd - stream == 6
                && frame.bytes[stream] == 's'
                && frame.bytes[stream + 1] == 't'
                && frame.bytes[stream + 2] == 'd';
        int flag = frame.skipSpaces(streamEnd);
        int flagEnd = frame.wordEnd(flag);
        if (!known || flagEnd == flag || !frame.is(flag, 'F') && !frame.is(flag, 'P')) {
            return;
        }
        frame.time(frame.from, time);
        frame.from = Math.min(flagEnd + 1, frame.to);
    }
}
