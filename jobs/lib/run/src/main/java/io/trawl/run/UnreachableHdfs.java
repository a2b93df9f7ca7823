package io.trawl.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** HDFS that does not answer, found in what its client says. */
public final class UnreachableHdfs {
    /** What Hadoop's client says of an address: that it called, or between which two hosts something broke. */
    private static final Pattern HADOOP = Pattern.compile(
            "(?:Call From \\S+ to |destination host is: )\"?([^\"\\s:;]+)\"?:(\\d+)(?:;| failed on) ?(.*)",
            Pattern.DOTALL);

    private static final Pattern CAUSE = Pattern.compile("(?:[a-z]+\\.)+[A-Z]\\w*(?:Exception)?: ?([^;]*)");
    private static final Pattern NO_BLOCK =
            Pattern.compile("(?:BlockMissingException: )?Could not obtain block: \\S+ file=(\\S+)");

    private UnreachableHdfs() {}

    /** What a failure says of HDFS that does not answer, in our words; null if it says nothing of it. */
    public static @Nullable String said(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            Matcher called = HADOOP.matcher(text);
            if (called.find()) {
                Matcher why = CAUSE.matcher(called.group(3));
                String because = why.find() ? why.group(1).strip() : "";
                return "HDFS at " + called.group(1) + ":" + called.group(2) + " does not answer: "
                        + (because.isEmpty() ? "" : because.lines().findFirst().orElse("") + ": ") + "is it up?";
            }
            Matcher block = NO_BLOCK.matcher(text);
            if (block.find()) {
                return "HDFS has no DataNode that answers and has a block of " + block.group(1)
                        + ": are all of them up?";
            }
        }
        return null;
    }
}
