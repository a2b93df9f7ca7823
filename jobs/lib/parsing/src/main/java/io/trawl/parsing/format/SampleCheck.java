package io.trawl.parsing.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Records;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Whether the samples of a declaration become what they say. */
final class SampleCheck {
    private final DeclaredFormat format;
    private final String file;
    private final List<String> failures = new ArrayList<>();

    private SampleCheck(DeclaredFormat format, String file) {
        this.format = format;
        this.file = file;
    }

    /** What is wrong with them, each with its place. */
    static List<String> failures(DeclaredFormat format, String file) {
        SampleCheck check = new SampleCheck(format, file);
        format.allSamples().forEach(check::check);
        return check.failures;
    }

    private void check(Sample sample) {
        byte[] line = sample.line().getBytes(StandardCharsets.UTF_8);
        Records records = format.records(line);
        if (records == null || records.failure() != null) {
            if (!sample.records().isEmpty()) {
                say(
                        sample,
                        "the sample is " + (records == null ? "one line" : refused(records.failure())) + "; expected "
                                + sample.records().size() + " records");
                return;
            }
            ProxyEvent event = new ProxyEvent();
            Failure failure = records == null ? parser(sample).parse(line, sample.arrived(), event) : records.failure();
            compare(sample, "the sample", failure, event);
            return;
        }
        int count = records.lines().size();
        if (count != sample.records().size()) {
            say(
                    sample,
                    "the sample is a message of " + count + (count == 1 ? " record" : " records") + "; expected "
                            + sample.records().size()
                            + " (under records, with event or refused for each)");
            return;
        }
        Parser parser = parser(sample);
        for (int i = 0; i < count; i++) {
            ProxyEvent event = new ProxyEvent();
            Failure failure = parser.parse(records.lines().get(i), sample.arrived(), event);
            compare(sample.records().get(i), "record " + (i + 1) + " of the sample", failure, event);
        }
    }

    private Parser parser(Sample sample) {
        String header = sample.under();
        return header == null ? format : format.under(header);
    }

    private void compare(Sample sample, String what, @Nullable Failure failure, ProxyEvent event) {
        String expectedReason = sample.reason();
        if (expectedReason != null) {
            if (failure == null || !failure.reason().code().equals(expectedReason)) {
                say(
                        sample,
                        what + " is "
                                + (failure == null
                                        ? "read"
                                        : "refused for " + failure.reason().code())
                                + "; expected it to be refused for " + expectedReason);
            }
            return;
        }
        if (failure != null) {
            say(sample, what + " is " + refused(failure));
            return;
        }
        SortedMap<String, String> fields = DeclaredFormat.fields(event);
        sample.event().forEach((field, expected) -> {
            String came = fields.remove(field);
            if (!expected.equals(came)) {
                say(sample, field + " of " + what + " is " + came + "; expected " + expected);
            }
        });
        fields.forEach((field, came) -> say(
                sample,
                field + " of " + what + " is " + came + "; expected nothing: a sample names all fields of its event"));
    }

    private static String refused(@Nullable Failure failure) {
        return "refused: " + (failure == null ? "" : failure.message());
    }

    private void say(Sample sample, String message) {
        failures.add(file + ":" + sample.at() + ": " + message);
    }
}
