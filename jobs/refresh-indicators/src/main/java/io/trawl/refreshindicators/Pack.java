package io.trawl.refreshindicators;

import io.trawl.run.Run;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.files.LocalFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a snapshot of the indicators has besides its index, all in one file: its allowlists, or its rules.
 *
 * @param kind which of them
 * @param file the file
 * @param size how many lists or rules there are
 */
record Pack(Kind kind, LocalFile file, int size) {
    /** What a pack is of, and how a snapshot names it. */
    enum Kind {
        ALLOWLISTS(
                "allowlists",
                IndicatorSnapshot.ALLOWLISTS,
                IndicatorSnapshot.ALLOWLISTS_DIGEST,
                IndicatorSnapshot.ALLOWLISTS_COUNT),
        RULES("rules", IndicatorSnapshot.RULES, IndicatorSnapshot.RULES_DIGEST, IndicatorSnapshot.RULES_COUNT);

        /** Its folder in state.dir, and its name as a version. */
        final String text;

        private final String property;
        private final String digest;
        private final String count;

        Kind(String text, String property, String digest, String count) {
            this.text = text;
            this.property = property;
            this.digest = digest;
            this.count = count;
        }
    }

    /** Whether a snapshot has these packs, and no others. */
    static boolean areThoseOf(Map<String, String> snapshot, List<Pack> packs) {
        for (Kind kind : Kind.values()) {
            String digest = packs.stream()
                    .filter(pack -> pack.kind == kind)
                    .map(pack -> pack.file.digest())
                    .findAny()
                    .orElse(null);
            if (!Objects.equals(digest, snapshot.get(kind.digest))) {
                return false;
            }
        }
        return true;
    }

    /** Puts it where executors find it, and gives its URI. */
    String keep(Run run) throws IOException {
        return run.state()
                .keep(file.path(), kind.text + "/" + file.digest() + ".zip")
                .toString();
    }

    /** Has a snapshot name it. */
    void name(Run run, Map<String, String> snapshot) throws IOException {
        snapshot.put(kind.property, keep(run));
        snapshot.put(kind.digest, file.digest());
        snapshot.put(kind.count, Integer.toString(size));
    }

    /** Takes note of the packs' versions, for the ledger. */
    static void versions(Run run, List<Pack> packs) {
        for (Kind kind : Kind.values()) {
            run.version(kind.text, "none");
        }
        packs.forEach(pack -> run.version(pack.kind.text, pack.file.digest()));
    }
}
