package io.trawl.intel.rule.internal;

import io.trawl.intel.rule.Glob;
import java.util.ArrayList;
import java.util.List;

/**
 * A glob, matched without going back: what is before the first wildcard for many must begin the value, what is
 * after the last must end it, and what is between is found as early as can be.
 */
public final class GlobText {
    private final Segment first;
    private final List<Segment> middle;
    /** Null where no wildcard is for many. */
    private final @org.jspecify.annotations.Nullable Segment last;

    public GlobText(Glob glob, boolean cased) {
        List<Segment> segments = new ArrayList<>();
        List<Object> parts = new ArrayList<>();
        for (Glob.Part part : glob.parts()) {
            if (part instanceof Glob.Part.Many) {
                segments.add(new Segment(parts));
                parts = new ArrayList<>();
            } else if (part instanceof Glob.Part.Literal literal) {
                parts.add(new Literal(literal.text(), cased));
            } else {
                parts.add(Segment.ONE);
            }
        }
        segments.add(new Segment(parts));
        this.first = segments.get(0);
        this.last = segments.size() == 1 ? null : segments.get(segments.size() - 1);
        this.middle = segments.size() < 3 ? List.of() : List.copyOf(segments.subList(1, segments.size() - 1));
    }

    /** Whether it is all of a value. */
    public boolean matches(String value) {
        int at = first.end(value, 0);
        if (at < 0 || last == null) {
            return at == value.length();
        }
        int to = last.start(value, value.length());
        if (to < at) {
            return false;
        }
        for (Segment segment : middle) {
            at = segment.find(value, at, to);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Literals and single wildcards, in order: it has one length in characters. */
    private static final class Segment {
        static final Object ONE = new Object();

        private final Object[] parts;
        private final int least;

        Segment(List<Object> parts) {
            this.parts = parts.toArray();
            int sum = 0;
            for (Object part : parts) {
                sum += part instanceof Literal literal ? literal.length() : 1;
            }
            this.least = sum;
        }

        /** Where it ends if it begins at an index; -1 if it is not there. */
        int end(String value, int from) {
            int at = from;
            for (Object part : parts) {
                if (part instanceof Literal literal) {
                    if (!literal.isAt(value, at)) {
                        return -1;
                    }
                    at += literal.length();
                } else if (at < value.length()) {
                    at += Character.charCount(value.codePointAt(at));
                } else {
                    return -1;
                }
            }
            return at;
        }

        /** Where it begins if it ends before an index; -1 if it is not there. */
        int start(String value, int to) {
            int at = to;
            for (int i = parts.length - 1; i >= 0; i--) {
                if (parts[i] instanceof Literal literal) {
                    at -= literal.length();
                    if (at < 0 || !literal.isAt(value, at)) {
                        return -1;
                    }
                } else if (at > 0) {
                    at -= Character.charCount(value.codePointBefore(at));
                } else {
                    return -1;
                }
            }
            return at;
        }

        /** Where its first occurrence in value[from, to) ends; -1 if there is none. */
        int find(String value, int from, int to) {
            if (parts.length == 1 && parts[0] instanceof Literal literal) {
                int at = literal.find(value, from, to);
                return at < 0 ? -1 : at + literal.length();
            }
            for (int i = from; i <= to - least; i++) {
                int end = end(value, i);
                if (end >= 0 && end <= to) {
                    return end;
                }
            }
            return -1;
        }
    }
}
