package io.trawl.cli.query;

import io.trawl.base.FormatsFolder;
import io.trawl.base.Settings;
import io.trawl.base.Submission;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A site's own formats: whether the folder is there, and whether the jobs take each declaration in it. */
final class FormatsCheck {
    static final String KEY = "formats.folder";
    /** So many declarations that are wrong are named. */
    private static final int MOST = 5;

    private final Settings settings;
    private final FormatsFolder folder;
    private final Formats formats;
    private final List<Finding> findings = new ArrayList<>();

    private FormatsCheck(Settings settings, FormatsFolder folder) {
        this.settings = settings;
        this.folder = folder;
        this.formats = folder.formats();
    }

    /** @throws io.trawl.base.JobFailure the folder's file system does not answer */
    static List<Finding> of(Settings settings) {
        FormatsFolder folder;
        FormatsCheck check;
        try {
            folder = FormatsFolder.of(settings);
            if (folder.isEmpty()) {
                return List.of(Finding.ok(KEY, "empty: sources use Trawl's own formats"));
            }
            check = new FormatsCheck(settings, folder);
        } catch (IllegalArgumentException e) {
            return List.of(Finding.fail(
                    KEY,
                    String.valueOf(e.getMessage()),
                    "make the folder and put your formats there, or correct " + KEY));
        }
        check.look();
        return check.findings;
    }

    private void look() {
        List<String> sites = formats.names().stream().filter(formats::isSites).toList();
        int wrong = 0;
        for (String name : sites) {
            String problem = problem(name);
            String user = problem == null ? null : user(name);
            if (problem != null && (user != null || wrong++ < MOST)) {
                findings.add(
                        user == null
                                ? Finding.warn(KEY, problem, "mend it, or remove the file: no source uses it yet")
                                : Finding.fail(KEY, problem, "mend it: source " + user + " uses it"));
            }
        }
        if (wrong > MOST) {
            findings.add(Finding.warn(
                    KEY, (wrong - MOST) + " more declarations are wrong", "bin/trawl formats test NAME says why"));
        }
        for (String note : formats.notes()) {
            findings.add(
                    note.contains(" is not used: ")
                            ? Finding.warn(KEY, note, "give the file another name")
                            : Finding.ok(KEY, note));
        }
        unknown();
        String master = settings.text("spark.master");
        if (folder.isPath() && !Submission.isThisMachine(master)) {
            findings.add(Finding.fail(
                    KEY,
                    folder.place() + " is a path of this machine, and the jobs run on any worker of " + master,
                    "put the formats into HDFS, for example " + KEY + " = hdfs://namenode" + folder.place()));
        }
        if (findings.stream().allMatch(one -> one.level() == Finding.Level.OK)) {
            findings.add(Finding.ok(KEY, folder.place() + " has " + sites.size() + " formats, all right"));
        }
    }

    /** What is wrong with a declaration, with file and line; null if nothing is. */
    private @Nullable String problem(String name) {
        try {
            DeclaredFormat format = formats.declared(name, ZoneOffset.UTC);
            List<String> failures = format.failures();
            return failures.isEmpty() ? null : failures.get(0);
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The first source that uses a format; null if none does. */
    private @Nullable String user(String format) {
        for (String source : settings.sources()) {
            if (settings.list("source." + source + ".format").contains(format)) {
                return source;
            }
        }
        return null;
    }

    /** Formats that a source names and that are nowhere. */
    private void unknown() {
        for (String source : settings.sources()) {
            for (String format : settings.list("source." + source + ".format")) {
                try {
                    formats.require(format);
                } catch (IllegalArgumentException e) {
                    findings.add(Finding.fail(
                            KEY,
                            "source " + source + ": " + e.getMessage(),
                            "correct source." + source + ".format, or put " + format + ".yaml into the folder"));
                }
            }
        }
    }
}
