package io.trawl.flume;

import static io.trawl.flume.Tail.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.flume.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeaderLinesTest extends TailedLog {
    @Test
    void eachLineHasTheLastHeaderLineBeforeIt() throws IOException {
        append(log, "#Software: x\r\n#Fields: date time\r\none\r\ntwo\r\n#Fields: time c-ip\r\nthree\r\n");

        assertThat(headerLines(w3cAgent(), Tail.from(log, 0)))
                .containsExactly(
                        null,
                        null,
                        "#Fields: date time",
                        "#Fields: date time",
                        "#Fields: date time",
                        "#Fields: time c-ip");
    }

    @Test
    void anAgentThatStartsInTheMiddleOfAFileLooksForTheHeaderLine() throws IOException {
        for (int before : new int[] {0, 1, LogFile.BLOCK - 20, LogFile.BLOCK - 1, LogFile.BLOCK, 3 * LogFile.BLOCK}) {
            Files.deleteIfExists(log);
            append(log, "#Fields: date time\n");
            append(log, "x".repeat(before) + "\n#Fields: time c-ip\n");
            append(log, "see #Fields: no\n");
            long end = Files.size(log);
            append(log, "one\n#Fields: date cs-host\ntwo\n");

            assertThat(headerLines(w3cAgent(), Tail.from(log, end)))
                    .as("%s bytes before", before)
                    .containsExactly("#Fields: time c-ip", "#Fields: time c-ip", "#Fields: date cs-host");
        }
    }

    @Test
    void aRenamedFileKeepsItsHeaderLineAndTheNextFileHasItsOwn() throws IOException {
        append(log, "#Fields: date time\none\n");
        OriginInterceptor agent = w3cAgent();
        headerLines(agent, Tail.from(log, 0));
        append(log, "late\n");
        List<Event> late = Tail.from(log, 23);
        Files.move(log, renamed);
        append(log, "first\n#Fields: time c-ip\nsecond\n");

        assertThat(headerLines(agent, late)).containsExactly("#Fields: date time");
        assertThat(headerLines(agent, Tail.from(log, 0))).containsExactly(null, null, "#Fields: time c-ip");
    }

    @Test
    void behindAHeaderLineThatIsTooLongThereIsNone() throws IOException {
        String longest = "#Fields: " + "x".repeat(HeaderLines.LONGEST - 9);
        append(log, "#Fields: date\r\n" + longest + "\r\none\r\n" + longest + "x\r\ntwo\r\n");

        assertThat(headerLines(w3cAgent(), Tail.from(log, 0)))
                .containsExactly(null, "#Fields: date", longest, longest, null);
        assertThat(headerLines(w3cAgent(), Tail.from(log, Files.size(log) - 5))).containsExactly((String) null);
        long one = Files.readString(log).indexOf("one");
        assertThat(headerLines(w3cAgent(), Tail.from(log, one)).get(0)).isEqualTo(longest);
    }

    /** As TAILDIR does with the last line of a file to which nobody writes for long. */
    @Test
    void aHeaderLineThatComesInTwoPartsIsOne() throws IOException {
        for (int cut : new int[] {3, 8, 20}) {
            Files.deleteIfExists(log);
            String header = "#Fields: date time c-ip cs-uri";
            append(log, "zero\n" + header.substring(0, cut));
            OriginInterceptor agent = w3cAgent();
            List<Event> events = Tail.from(log, 0);
            events.add(Tail.event(log, 5, bytes(header.substring(0, cut))));
            headerLines(agent, events);
            append(log, header.substring(cut) + "\none\n");

            assertThat(headerLines(agent, Tail.from(log, 5 + cut)).get(1)).isEqualTo(header);
        }
    }

    @Test
    void linesOfAFileThatIsGoneKeepTheirHeaderLine() throws IOException {
        append(log, "#Fields: date time\none\ntwo\n");
        List<Event> events = Tail.from(log, 0);
        Files.delete(log);

        assertThat(headerLines(w3cAgent(), events)).containsExactly(null, "#Fields: date time", "#Fields: date time");
    }

    @Test
    void withoutTheSettingNoLineIsAHeaderLine() throws IOException {
        append(log, "#Fields: date time\none\n");

        assertThat(headerLines(agent(""), Tail.from(log, 0))).containsExactly(null, null);
    }

    private static OriginInterceptor w3cAgent() {
        return agent("#fields  #Fields:");
    }

    private static OriginInterceptor agent(String headerLine) {
        return new OriginInterceptor(Rotation.RENAME, 1024 * 1024, new HeaderLines(headerLine));
    }

    private static List<@Nullable String> headerLines(OriginInterceptor agent, List<Event> events) {
        List<@Nullable String> lines = new ArrayList<>();
        for (Event event : agent.intercept(events)) {
            lines.add(event.getHeaders().get("header_line"));
        }
        return lines;
    }
}
