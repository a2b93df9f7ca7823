package io.trawl.flume;

import static io.trawl.flume.Tail.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.event.EventBuilder;
import org.apache.flume.interceptor.Interceptor;
import org.junit.jupiter.api.Test;

class OriginInterceptorTest extends TailedLog {
    @Test
    void everyLineOfAFileHasOneGeneration() throws IOException {
        append(log, "one\ntwo\n\nthree\n");

        assertThat(generations(agent(), Tail.from(log, 0)))
                .hasSize(1)
                .allMatch(name -> name.matches("[0-9a-f]+-[0-9a-f]{16}"));
    }

    @Test
    void aRestartedAgentSaysTheSame() throws IOException {
        append(log, "one\ntwo\nthree\n");
        String before = generation(agent(), Tail.from(log, 0).get(0));

        assertThat(generations(agent(), Tail.from(log, 0))).containsExactly(before);
        assertThat(generations(agent(), Tail.from(log, 4))).containsExactly(before);
    }

    @Test
    void aRenamedFileKeepsItsGeneration() throws IOException {
        append(log, "one\ntwo\n");
        OriginInterceptor agent = agent();
        String before = generation(agent, Tail.from(log, 0).get(0));
        Files.move(log, renamed);
        append(log, "three\n");

        assertThat(generations(agent, Tail.from(renamed, 0))).containsExactly(before);
        assertThat(generations(agent(), Tail.from(renamed, 0))).containsExactly(before);
        assertThat(generations(agent, Tail.from(log, 0))).doesNotContain(before);
    }

    @Test
    void rotatedFilesWithEqualLinesStayApart() throws IOException {
        append(log, "#Fields: date time\n");
        OriginInterceptor agent = agent();
        String first = generation(agent, Tail.from(log, 0).get(0));
        Files.move(log, renamed);
        append(log, "#Fields: date time\n");

        assertThat(generation(agent, Tail.from(log, 0).get(0))).isNotEqualTo(first);
    }

    @Test
    void aFileEmptiedInPlaceIsAnotherGeneration() throws IOException {
        append(log, "one\ntwo\n");
        OriginInterceptor agent = agent();
        String first = generation(agent, Tail.from(log, 0).get(0));
        empty(log);
        append(log, "three\n");

        assertThat(generation(agent, Tail.from(log, 0).get(0))).isNotEqualTo(first);
    }

    @Test
    void theCopyOfAFileEmptiedInPlaceCountsAsTheFile() throws IOException {
        append(log, "one\ntwo\n");
        OriginInterceptor agent = agent(Rotation.COPYTRUNCATE);
        String first = generation(agent, Tail.from(log, 0).get(0));
        Files.copy(log, renamed);
        empty(log);
        append(log, "three\n");

        assertThat(generations(agent, Tail.from(renamed, 0))).containsExactly(first);
        assertThat(generations(agent, Tail.from(log, 0))).doesNotContain(first);
        assertThat(generations(agent(Rotation.COPYTRUNCATE), Tail.from(renamed, 4)))
                .containsExactly(first);
    }

    @Test
    void linesReadAfterTheRenameButUnderTheOldPathBelongToTheOldFile() throws IOException {
        append(log, "one\ntwo\n");
        OriginInterceptor agent = agent();
        String old = generation(agent, Tail.from(log, 0).get(0));
        generation(agent, Tail.from(log, 0).get(1));
        append(log, "late\nlater\n");
        List<Event> late = Tail.from(log, 8);
        Files.move(log, renamed);
        append(log, "one\ntwo\nthree\nfour\nfive\n");

        assertThat(generations(agent, late)).containsExactly(old);
        assertThat(generations(agent, Tail.from(log, 0))).hasSize(1).doesNotContain(old);
    }

    @Test
    void aRestartedAgentFindsTheRenamedFileByItsBytes() throws IOException {
        append(log, "one\ntwo\nlate\n");
        String old = generation(agent(), Tail.from(log, 0).get(0));
        List<Event> late = Tail.from(log, 8);
        Files.move(log, renamed);
        append(log, "1st\n2nd\n3rd!\n");

        assertThat(generations(agent(), late)).containsExactly(old);
    }

    @Test
    void aFileRenamedAgainIsFoundAmongItsNeighbours() throws IOException {
        Path dated = folder.resolve("access.log-20261124");
        append(log, "one\ntwo\n");
        String old = generation(agent(), Tail.from(log, 0).get(0));
        List<Event> late = Tail.from(log, renamed, 4);
        Files.move(log, dated);
        append(log, "six\n");
        append(renamed, "six\nsix\n");

        assertThat(generations(agent(), late)).containsExactly(old);
    }

    @Test
    void aReadThatStartsOverIsVerified() throws IOException {
        append(log, "one\ntwo\nthree\n");
        OriginInterceptor agent = agent();
        Set<String> first = generations(agent, Tail.from(log, 0));

        assertThat(generations(agent, Tail.from(log, 0))).isEqualTo(first);
        assertThat(generations(agent, Tail.from(log, 4))).isEqualTo(first);
    }

    @Test
    void aLineFoundNowhereIsOfUnknownGeneration() throws IOException {
        append(log, "one\ntwo\n");
        OriginInterceptor agent = agent();
        Event gone = Tail.event(log, 4, bytes("TWO"));

        assertThat(generation(agent, gone)).isEqualTo("unknown");
        assertThat(generation(agent, Tail.event(folder.resolve("no/such.log"), 0, bytes("x"))))
                .isEqualTo("unknown");
        assertThat(agent.unknown()).isEqualTo(2);
        assertThat(generation(agent, Tail.from(log, 4).get(0))).isNotEqualTo("unknown");
    }

    @Test
    void linesThatGoOnKeepTheirFileEvenWhenItIsGone() throws IOException {
        append(log, "one\ntwo\nthree\n");
        OriginInterceptor agent = agent();
        List<Event> lines = Tail.from(log, 0);
        String old = generation(agent, lines.get(0));
        Files.delete(log);
        append(log, "another file\n");

        assertThat(generations(agent, lines.subList(1, 3))).containsExactly(old);
    }

    @Test
    void aFileEmptiedAndRefilledPastTheReadPositionIsNoticed() throws IOException {
        append(log, "one\ntwo\n");
        OriginInterceptor agent = agent(Rotation.COPYTRUNCATE);
        Set<String> old = generations(agent, Tail.from(log, 0));
        empty(log);
        append(log, "1st\n2nd\n3rd\n");

        assertThat(generations(agent, Tail.from(log, 8))).hasSize(1).isNotEqualTo(old);
    }

    @Test
    void aGrowingFileKeepsItsGeneration() throws IOException {
        append(log, "short\n");
        OriginInterceptor agent = agent();
        String young = generation(agent, Tail.from(log, 0).get(0));
        append(log, "x".repeat(5000) + "\n");

        assertThat(generation(agent, Tail.from(log, 6).get(0))).isEqualTo(young);
        assertThat(generation(agent(), Tail.from(log, 6).get(0))).isEqualTo(young);
    }

    @Test
    void aFirstLineOfAnyLengthMakesAFingerprint() throws IOException {
        for (int length : new int[] {0, 1, 1022, 1023, 1024, 1025, 70_000}) {
            Path file = folder.resolve("log" + length + ".txt");
            append(file, "x".repeat(length) + "\nsecond\n");
            String young = generation(agent(), Tail.from(file, 0).get(0));

            append(file, "third\n");
            assertThat(young).as("first line of %d bytes", length).isNotEqualTo("unknown");
            assertThat(generations(agent(), Tail.from(file, 0))).containsExactly(young);
        }
    }

    @Test
    void aFirstLineSentBeforeItsEndIsUnknownAndTheNextOnesAreNot() throws IOException {
        append(log, "half a li");
        OriginInterceptor agent = agent();

        assertThat(generation(agent, Tail.event(log, 0, bytes("half a li")))).isEqualTo("unknown");
        append(log, "ne\nnext\n");
        assertThat(generations(agent, List.of(Tail.event(log, 9, bytes("ne")), Tail.event(log, 12, bytes("next")))))
                .hasSize(1)
                .doesNotContain("unknown");
    }

    @Test
    void aReadThatBeginsInTheMiddleOfALineIsOfTheFileAtThePath() throws IOException {
        append(log, "a long first line\ntwo\n");
        String whole = generation(agent(), Tail.from(log, 0).get(0));

        assertThat(generations(agent(), Tail.from(log, 7))).containsExactly(whole);
    }

    @Test
    void lineEndsOfTwoBytesGoOnToo() throws IOException {
        append(log, "one\r\ntwo\r\n\r\nthree\n");
        OriginInterceptor agent = agent();

        assertThat(generations(agent, Tail.from(log, 0))).hasSize(1).doesNotContain("unknown");
        assertThat(generations(agent(), Tail.from(log, 5))).hasSize(1).doesNotContain("unknown");
    }

    @Test
    void bytesOfAnyKindAreComparedAsTheyAre() throws IOException {
        append(log, "\u0000\u0080\u00ff\r\nsecond \u00c3\n");
        OriginInterceptor agent = agent();
        List<Event> lines = Tail.from(log, 0);

        assertThat(generations(agent, lines)).hasSize(1).doesNotContain("unknown");
        assertThat(lines.get(0).getBody()).isEqualTo(bytes("\u0000\u0080\u00ff"));
    }

    @Test
    void aLineOverTheLimitIsCutAndTheNextOneGoesOn() throws IOException {
        append(log, "x".repeat(100) + "\n" + "y".repeat(10) + "\nz\n");
        OriginInterceptor agent = new OriginInterceptor(Rotation.RENAME, 10, new HeaderLines(""));
        List<Event> lines = Tail.from(log, 0);
        agent.intercept(lines);

        assertThat(lines.get(0).getBody()).isEqualTo(bytes("x".repeat(10)));
        assertThat(lines.get(0).getHeaders()).containsEntry("oversize", "100");
        assertThat(lines.get(1).getBody()).hasSize(10);
        assertThat(lines.get(1).getHeaders()).doesNotContainKey("oversize");
        assertThat(lines)
                .extracting(line -> line.getHeaders().get("generation"))
                .doesNotContain("unknown");
        assertThat(agent.unknown()).isZero();
    }

    @Test
    void anEventFromElsewherePassesUnchanged() {
        Event bare = EventBuilder.withBody(bytes("x".repeat(20)));
        Event half = EventBuilder.withBody(bytes("x"), new HashMap<>(Map.of("file", log.toString())));
        Event wrong = EventBuilder.withBody(bytes("x"), new HashMap<>(Map.of("file", "a", "byteoffset", "twelve")));
        Interceptor agent = new OriginInterceptor(Rotation.RENAME, 10, new HeaderLines(""));
        agent.intercept(new ArrayList<>(List.of(bare, half, wrong)));

        assertThat(bare.getBody()).hasSize(20);
        assertThat(bare.getHeaders()).isEmpty();
        assertThat(half.getHeaders()).containsOnlyKeys("file");
        assertThat(wrong.getHeaders()).containsOnlyKeys("file", "byteoffset");
    }

    @Test
    void itNeverThrows() {
        Interceptor agent = agent();
        for (String file :
                new String[] {"", "\u0000", "/", folder.toString(), "relative", "/dev/null", "x".repeat(9000)}) {
            for (String offset : new String[] {"0", "-1", "9223372036854775807", "99999999999999999999", "", "0x1"}) {
                Map<String, String> headers = new HashMap<>(Map.of("file", file, "byteoffset", offset));
                assertThat(agent.intercept(EventBuilder.withBody(bytes("line"), headers)))
                        .isNotNull();
                assertThat(agent.intercept(EventBuilder.withBody(null, headers)))
                        .isNotNull();
            }
        }
        Event frozen = EventBuilder.withBody(bytes("x"), Map.of());
        frozen.setHeaders(Map.of("file", log.toString(), "byteoffset", "0"));
        assertThat(agent.intercept(frozen).getBody()).isEqualTo(bytes("x"));
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> configure(Map.of("rotation", "mv")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rotation is 'mv'; expected rename or copytruncate, for example rotation = rename");
        assertThatThrownBy(() -> configure(Map.of("maxLineBytes", "1M")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "maxLineBytes is '1M'; expected a number of bytes from 1 on, for example maxLineBytes = 1048576");
        assertThatThrownBy(() -> configure(Map.of("required", "squid ${env:TRAWL_HOST}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the agent's environment has no ${env:TRAWL_HOST}; expected a value, for example"
                        + " TRAWL_HOST=proxy1.example");
        assertThat(configure(Map.of("required", "squid proxy1")).build()).isNotNull();
    }

    private static Interceptor.Builder configure(Map<String, String> settings) {
        Interceptor.Builder builder = new OriginInterceptor.Builder();
        builder.configure(new Context(settings));
        return builder;
    }

    private static OriginInterceptor agent() {
        return agent(Rotation.RENAME);
    }

    private static OriginInterceptor agent(Rotation rotation) {
        return new OriginInterceptor(rotation, 1024 * 1024, new HeaderLines(""));
    }

    private static String generation(OriginInterceptor agent, Event event) {
        return String.valueOf(agent.intercept(event).getHeaders().get("generation"));
    }

    private static Set<String> generations(OriginInterceptor agent, List<Event> events) {
        Set<String> generations = new TreeSet<>();
        for (Event event : agent.intercept(events)) {
            generations.add(String.valueOf(event.getHeaders().get("generation")));
        }
        return generations;
    }

    private static void empty(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }
}
