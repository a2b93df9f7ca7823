package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A line of columns and what is between them, as a server's configuration says; made step by step by a dialect. */
final class Line implements Plan {
    /** How the end of a column is found. */
    enum Ending {
        /** At a space. */
        SPACE,
        /** At a character before any space. */
        WORD,
        /** At a quote that no backslash escapes. */
        QUOTE,
        /** Behind as many characters as a time of Apache's has. */
        TIME,
        /** At the end of the line. */
        LINE,
        /** At a text. */
        TEXT
    }

    /** A column with what comes after it. */
    static final class Piece {
        final String name;
        Shape shape = Shape.ANY;
        Escape escape = Escape.NONE;
        /** Whether what ends it may be in it, too. */
        boolean flexible;
        /** Whether it is of the client: without quotes around it there may be anything in it. */
        boolean foreign;
        /** Whether there may be spaces in it, too, whatever ends it. */
        boolean free;
        /** Whether the column, and the space after it, may be missing. */
        boolean optional;
        /** Whether its quote may be escaped by a backslash. */
        boolean escapedQuote;
        /** Spaces that belong to it. */
        int blanks;

        /** Whether an underscore in it means nothing. */
        boolean nameless;

        byte[] stop = {};
        boolean quoted;
        /** Whether nothing but a space, or a text without one, ends it: then it has no space in it. */
        boolean bare;

        Piece(String name) {
            this.name = name;
        }

        /** How its end is found, once it is known what comes after it. */
        Ending ending() {
            if (stop.length == 0) {
                return Ending.LINE;
            }
            if (quoted && escapedQuote) {
                return Ending.QUOTE;
            }
            if (shape == Shape.CLF) {
                return Ending.TIME;
            }
            if (stop.length == 1 && blanks == 0 && stop[0] == ' ' && !quoted && (bare || flexible)) {
                return Ending.SPACE;
            }
            return stop.length == 1 && bare ? Ending.WORD : Ending.TEXT;
        }

        Piece shape(Shape of) {
            shape = of;
            return this;
        }

        Piece escape(Escape how) {
            escape = how;
            escapedQuote = how != Escape.NONE && how != Escape.SQUID && how != Escape.SQUID_USER;
            return this;
        }

        Piece flexible() {
            flexible = true;
            return this;
        }

        /** A column of which nothing is known: a site's own. */
        Piece free() {
            free = true;
            flexible = true;
            return this;
        }

        /** A header of the client. */
        Piece foreign() {
            foreign = true;
            return this;
        }

        /** A server's name, which is an underscore where it has none. */
        Piece nameless() {
            nameless = true;
            return this;
        }

        Piece optional() {
            optional = true;
            return this;
        }

        Piece blanks(int count) {
            blanks = count;
            return this;
        }
    }

    private record Meaning(Rule rule, int weight) {}

    final String format;
    private final StringBuilder between = new StringBuilder();
    private byte[] head = {};
    private final List<Piece> pieces = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    /** Names of headers are the same in any case; codes of HAProxy and Squid are not. */
    private final Map<String, Integer> byAnyCase = new HashMap<>();

    private final List<Meaning> meanings = new ArrayList<>();
    private boolean more;
    private boolean cut;

    Line(String format) {
        this.format = format;
    }

    /** Text between columns. */
    void text(CharSequence text) {
        between.append(text);
    }

    /** A column, by its name in the server's configuration. */
    Piece add(String name) {
        if (!pieces.isEmpty() && between.isEmpty()) {
            throw new IllegalArgumentException("nothing is between " + pieces.get(pieces.size() - 1).name + " and "
                    + name + " in the format string; expected a text that tells where one ends, for example a space");
        }
        close();
        Piece piece = new Piece(name);
        numbers.putIfAbsent(name, pieces.size());
        byAnyCase.putIfAbsent(name.toLowerCase(Locale.ROOT), pieces.size());
        pieces.add(piece);
        return piece;
    }

    private void close() {
        // One space stands for one or more.
        byte[] text = between.toString().replaceAll(" +", " ").getBytes(StandardCharsets.UTF_8);
        if (pieces.isEmpty()) {
            // Spaces in front of a line do not count.
            head = between.toString()
                    .replaceAll(" +", " ")
                    .replaceFirst("^ ", "")
                    .getBytes(StandardCharsets.UTF_8);
            between.setLength(0);
            return;
        }
        between.setLength(0);
        Piece last = pieces.get(pieces.size() - 1);
        last.stop = text;
        byte[] before = pieces.size() == 1 ? head : pieces.get(pieces.size() - 2).stop;
        boolean open = before.length > 0 && "\"[({<'".indexOf(before[before.length - 1]) >= 0;
        last.quoted = before.length > 0 && before[before.length - 1] == '"' && text.length > 0 && text[0] == '"';
        if (last.foreign && !last.quoted) {
            last.free();
        }
        boolean space = text.length == 0 || text[0] == ' ';
        last.bare = !open && !last.free && last.blanks == 0 && !(last.flexible && space);
    }

    /** What the column at hand means; of several for a field the weightiest that is there counts, of equals the first. */
    void means(Field field, int weight) {
        means(Rule.of(field, pieces.get(pieces.size() - 1).name), weight);
    }

    void means(Rule rule, int weight) {
        meanings.add(new Meaning(rule, weight));
    }

    /** Whether there is a column already that may have in it what ends it. */
    boolean isFlexible() {
        return pieces.stream().anyMatch(piece -> piece.flexible);
    }

    /** @param columns whether a site may append columns */
    void more(boolean columns) {
        more = columns;
    }

    /** Whether the server cuts long lines, so that the last quote may be missing. */
    void cut() {
        cut = true;
    }

    @Override
    public int column(String name) {
        Integer exact = numbers.get(name);
        if (exact == null && name.indexOf('{') >= 0) {
            exact = byAnyCase.get(name.toLowerCase(Locale.ROOT));
        }
        return exact == null ? -1 : exact;
    }

    @Override
    public List<String> names() {
        return pieces.stream().map(piece -> piece.name).distinct().toList();
    }

    @Override
    public List<Rule> rules() {
        Map<Field, Rule> rules = new LinkedHashMap<>();
        meanings.stream()
                .sorted(Comparator.comparingInt((Meaning meaning) -> -meaning.weight))
                .forEach(meaning -> rules.merge(meaning.rule.field(), meaning.rule, Line::orElse));
        return List.copyOf(rules.values());
    }

    /**
     * The first column, or, where a line has nothing there, the other: a connection's server name for a request's host.
     * Only of what means the same: what a client forwards is no peer.
     */
    private static Rule orElse(Rule first, Rule other) {
        boolean alike = first.field() == Field.URL_DOMAIN || first.field() == Field.HTTP_RESPONSE_BYTES;
        return alike && !first.from().containsAll(other.from()) ? first.orElse(other) : first;
    }

    @Override
    public Grammar grammar() {
        close();
        if (pieces.isEmpty()) {
            throw new IllegalArgumentException("the format string has no column; expected one, for example %h");
        }
        return new LineGrammar(format, head, pieces.toArray(Piece[]::new), more, cut);
    }
}
