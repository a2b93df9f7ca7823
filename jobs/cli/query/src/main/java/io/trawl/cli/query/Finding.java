package io.trawl.cli.query;

import java.util.Locale;

/**
 * What the doctor has found of one thing.
 *
 * @param name the thing, in a word
 * @param found what was found
 * @param advice what to do; empty if nothing is to be done
 */
record Finding(Level level, String name, String found, String advice) {
    enum Level {
        OK,
        WARN,
        FAIL
    }

    static Finding ok(String name, String found) {
        return new Finding(Level.OK, name, found, "");
    }

    static Finding warn(String name, String found, String advice) {
        return new Finding(Level.WARN, name, found, advice);
    }

    static Finding fail(String name, String found, String advice) {
        return new Finding(Level.FAIL, name, found, advice);
    }

    /** One line for bin/lib/doctor.sh: its columns between tabs. */
    String line() {
        String level = this.level == Level.FAIL ? "FAIL" : this.level.name().toLowerCase(Locale.ROOT);
        return String.join("\t", level, clean(name), clean(found), clean(advice));
    }

    private static String clean(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\s]+", " ").strip();
    }
}
