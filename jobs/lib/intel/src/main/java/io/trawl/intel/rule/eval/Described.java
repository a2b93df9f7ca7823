package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Glob;
import java.util.Locale;

/** What is asked, for people. */
final class Described {
    private Described() {}

    static String of(Ask ask) {
        if (ask instanceof Ask.Text text) {
            return place(text.place()) + " '" + text.text() + "'" + cased(text.cased());
        } else if (ask instanceof Ask.Like like) {
            return "is like '" + glob(like.glob()) + "'" + cased(like.cased());
        } else if (ask instanceof Ask.Expression expression) {
            return "matches /" + expression.pattern().pattern() + "/";
        } else if (ask instanceof Ask.Equal equal) {
            return "= " + equal.number();
        } else if (ask instanceof Ask.Compare compare) {
            return sign(compare.order()) + " " + compare.number();
        } else if (ask instanceof Ask.CompareText compare) {
            return sign(compare.order()) + " '" + compare.text() + "'";
        } else if (ask instanceof Ask.Within within) {
            return "is an address of " + within.range();
        } else if (ask instanceof Ask.Holds holds) {
            return "is a range that holds " + holds.range();
        } else if (ask instanceof Ask.SameAs same) {
            return place(same.place()) + " the value of " + same.other().name() + cased(same.cased());
        } else if (ask instanceof Ask.Time time) {
            return "has a " + time.part().name().toLowerCase(Locale.ROOT) + " ("
                    + time.zone().getId() + ") that " + of(time.ask());
        }
        return "is there";
    }

    private static String glob(Glob glob) {
        StringBuilder text = new StringBuilder();
        for (Glob.Part part : glob.parts()) {
            if (part instanceof Glob.Part.Literal literal) {
                text.append(literal.text());
            } else {
                text.append(part instanceof Glob.Part.Many ? '*' : '?');
            }
        }
        return text.toString();
    }

    private static String place(Ask.Place place) {
        return switch (place) {
            case WHOLE -> "is";
            case START -> "starts with";
            case END -> "ends with";
            case ANYWHERE -> "contains";
        };
    }

    private static String cased(boolean cased) {
        return cased ? ", case counts" : "";
    }

    private static String sign(Ask.Order order) {
        return switch (order) {
            case LESS -> "<";
            case LESS_OR_EQUAL -> "<=";
            case GREATER -> ">";
            case GREATER_OR_EQUAL -> ">=";
        };
    }
}
