package io.trawl.intel.rule.fact;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Sieve;
import io.trawl.intel.rule.Verdict;
import io.trawl.record.ProxyEvent;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The registrable domains of a window that its source never saw before. Immutable. */
public final class NewDomains implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Where nobody knows. */
    public static final NewDomains UNKNOWN = new NewDomains(null);

    private final @Nullable Set<String> domains;

    private NewDomains(@Nullable Set<String> domains) {
        this.domains = domains;
    }

    /**
     * These are new, and every other domain is not.
     *
     * @param domains registrable, in canonical form
     */
    public static NewDomains of(Set<String> domains) {
        return new NewDomains(new HashSet<>(domains));
    }

    /** Whether it is known which domains are new. */
    public boolean isKnown() {
        return domains != null;
    }

    /** How many are new; 0 if nobody knows. */
    public int size() {
        return domains == null ? 0 : domains.size();
    }

    /**
     * Whether a host's registrable domain is new.
     *
     * @param host in any form
     * @return null if it is not known, or the host has no registrable domain
     */
    public @Nullable Boolean isNew(String host) {
        if (domains == null) {
            return null;
        }
        String domain = registrable(host);
        return domain == null ? null : domains.contains(domain);
    }

    /** The registrable domain of a host in any form; null of an address, and of a name that nobody can register. */
    public static @Nullable String registrable(String host) {
        Canonical.Result result = Canonical.host(host);
        return result.kind() == Canonical.Kind.DOMAIN
                ? PublicSuffixes.bundled().registrableDomain(Objects.requireNonNull(result.canonical()))
                : null;
    }

    /** Whether a rule asks for it: where it is not known such a rule is not run, since it might hold by what is not known. */
    public static boolean isAsked(Rule rule) {
        return isAsked(rule.condition());
    }

    private static boolean isAsked(Condition condition) {
        if (condition instanceof Condition.All all) {
            return all.of().stream().anyMatch(NewDomains::isAsked);
        } else if (condition instanceof Condition.Any any) {
            return any.of().stream().anyMatch(NewDomains::isAsked);
        } else if (condition instanceof Condition.Not not) {
            return isAsked(not.of());
        } else if (condition instanceof Condition.Named named) {
            return isAsked(named.of());
        }
        return condition instanceof Condition.Test test
                && (isIt(test.field()) || test.ask() instanceof Ask.SameAs same && isIt(same.other()));
    }

    private static boolean isIt(Field field) {
        return field.name().equals(Fields.NEW_DOMAIN);
    }

    /** The rule that asks these domains. */
    public Rule bind(Rule rule) {
        return new Rule(
                rule.id(),
                rule.name(),
                rule.kind(),
                rule.level(),
                rule.score(),
                rule.tags(),
                rule.references(),
                rule.sources(),
                rule.place(),
                bind(rule.condition()));
    }

    /**
     * Judges by rules that ask for it, and says in each verdict what was known of the event: so that a person sees it, and who
     * compares with a path that does not know it.
     *
     * @param judge by rules that {@link #bind} gave
     */
    public Judge saying(Judge judge) {
        return new Saying(this, judge);
    }

    private record Saying(NewDomains domains, Judge judge) implements Judge {
        @Override
        public void judge(ProxyEvent event, Consumer<? super Verdict> verdicts) {
            judge.judge(event, verdict -> verdicts.accept(domains.said(event, verdict)));
        }

        @Override
        public Set<String> columns() {
            return judge.columns();
        }

        @Override
        public Sieve sieve() {
            return judge.sieve();
        }
    }

    private Verdict said(ProxyEvent event, Verdict verdict) {
        if (verdict.why().stream().anyMatch(reason -> reason.field().equals(Fields.NEW_DOMAIN))) {
            return verdict;
        }
        List<String> values = new ArrayList<>();
        read(event, values::add);
        String text = String.join(" ", values);
        List<Verdict.Reason> why = new ArrayList<>(verdict.why());
        why.add(new Verdict.Reason("known", Fields.NEW_DOMAIN, text, text));
        return new Verdict(verdict.rule(), why);
    }

    private Condition bind(Condition condition) {
        if (condition instanceof Condition.All all) {
            return new Condition.All(bind(all.of()));
        } else if (condition instanceof Condition.Any any) {
            return new Condition.Any(bind(any.of()));
        } else if (condition instanceof Condition.Not not) {
            return new Condition.Not(bind(not.of()));
        } else if (condition instanceof Condition.Named named) {
            return new Condition.Named(named.name(), bind(named.of()));
        } else if (condition instanceof Condition.Test test) {
            Ask ask = test.ask() instanceof Ask.SameAs same
                    ? new Ask.SameAs(bind(same.other()), same.place(), same.cased())
                    : test.ask();
            return new Condition.Test(bind(test.field()), test.written(), ask);
        }
        return condition;
    }

    private List<Condition> bind(List<Condition> conditions) {
        return conditions.stream().map(this::bind).toList();
    }

    private Field bind(Field field) {
        return isIt(field) ? new Field(field.name(), field.kind(), field.columns(), this::read, null) : field;
    }

    private void read(ProxyEvent event, Consumer<String> values) {
        String domain = event.getUrlDomain();
        String question = event.getDnsQuestionName();
        String server = event.getTlsClientServerName();
        read(domain, values);
        if (question != null && !question.equals(domain)) {
            read(question, values);
        }
        if (server != null && !server.equals(domain) && !server.equals(question)) {
            read(server, values);
        }
    }

    private void read(@Nullable String host, Consumer<String> values) {
        Boolean is = host == null ? null : isNew(host);
        if (is != null) {
            values.accept(is.toString());
        }
    }
}
