package io.trawl.stack;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asks a server that has answered before whether it still serves; cheap enough to be asked every few seconds. */
@FunctionalInterface
interface Probe {
    /** How long an answer may take: one that comes late on a busy machine is an answer all the same. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * What it found.
     *
     * @param why what came in place of the answer; empty when it serves
     */
    record Answer(Verdict verdict, String why) {}

    enum Verdict {
        SERVES,
        /** No answer, or a wrong one: it may be slow. */
        SILENT,
        /** It says of itself that it will not serve again, though its process lives. */
        GONE,
        /** Another server had to be asked, and that one does not answer. */
        UNKNOWN
    }

    Answer SERVES = new Answer(Verdict.SERVES, "");

    /**
     * Asks it.
     *
     * @throws IOException it is silent
     */
    Answer of(Child child) throws IOException, InterruptedException;

    /** A GET answers 200, with a body that the test takes. */
    static Probe http(String url, Predicate<String> body) {
        return child -> {
            HttpResponse<String> answer = Ready.get(url);
            return answer.statusCode() == 200 && body.test(answer.body())
                    ? SERVES
                    : silent("status " + answer.statusCode() + " of " + url);
        };
    }

    /** Its processor time grows: what there is to see of a server that nobody can ask. */
    static Probe works() {
        return new Probe() {
            private @Nullable Child asked;
            private Duration before = Duration.ZERO;

            @Override
            public synchronized Answer of(Child child) {
                Optional<Duration> now = child.processorTime();
                boolean moved =
                        !child.equals(asked) || now.isEmpty() || !now.get().equals(before);
                asked = child;
                before = now.orElse(Duration.ZERO);
                return moved ? SERVES : silent("its processor time stays at " + before.toMillis() + " ms");
            }
        };
    }

    /** Both serve; the second is asked only if the first one does. */
    default Probe and(Probe other) {
        return child -> {
            Answer answer = of(child);
            return answer.verdict() == Verdict.SERVES ? other.of(child) : answer;
        };
    }

    /** A port that refuses connections is the server's word that it is gone. */
    default Probe goneWhenRefused() {
        return child -> {
            try {
                return of(child);
            } catch (ConnectException e) {
                return gone(String.valueOf(e.getMessage()));
            }
        };
    }

    static Answer silent(String why) {
        return new Answer(Verdict.SILENT, why);
    }

    static Answer gone(String why) {
        return new Answer(Verdict.GONE, why);
    }

    static Answer unknown(String why) {
        return new Answer(Verdict.UNKNOWN, why);
    }

    /** A connection to a port of this machine, for a probe in the server's own protocol. */
    static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
            return socket;
        } catch (IOException e) {
            socket.close();
            if (e instanceof ConnectException) {
                throw new ConnectException("port " + port + " refuses connections");
            }
            throw e;
        }
    }
}
