package io.trawl.cli.files.feed;

import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.allow.Allowlists;
import io.trawl.parsing.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files and folders of allowlists, as jobs/lib/intel reads them. */
public final class AllowlistReader {
    private AllowlistReader() {}

    /**
     * Reads the lists that an option names; what of them says nothing that can be compared is counted on stderr.
     *
     * @return null if none are named
     * @throws IOException if one is not there, or is not a list; in one line that names it
     */
    public static @Nullable Allowlists read(List<String> names, String command, Streams streams) throws IOException {
        if (names.isEmpty()) {
            return null;
        }
        Allowlists lists = Allowlists.read(names.stream().map(Path::of).toList());
        if (!lists.unusable().isEmpty()) {
            streams.err()
                    .println(Printable.line(
                            "trawl " + command + ": " + lists.unusable().size() + " of "
                                    + lists.size() + " entries of the allowlists cannot be used, for example "
                                    + lists.unusable().get(0)));
        }
        return lists;
    }
}
