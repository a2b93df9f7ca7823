package io.trawl.enrich;

import io.trawl.intel.Engine;
import io.trawl.intel.Observables;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Adds up who contacted what, as far as one task sees it; the shuffle behind it adds up the tasks. */
final class Sightings implements FlatMapFunction<Iterator<ProxyEvent>, Observable> {
    private static final long serialVersionUID = 1L;
    /** Pairs that are held before they are passed on: bounds the heap of a task. */
    private static final int MOST = 200_000;

    /** One value and one client. */
    private record Pair(String type, String value, String client) {}

    private static final class Seen {
        Instant first;
        Instant last;
        long events;

        Seen(Instant at) {
            first = at;
            last = at;
        }

        void add(Instant at) {
            events++;
            if (at.isBefore(first)) {
                first = at;
            }
            if (at.isAfter(last)) {
                last = at;
            }
        }
    }

    @Override
    public Iterator<Observable> call(Iterator<ProxyEvent> events) {
        return new Iterator<>() {
            private Iterator<Observable> ready = List.<Observable>of().iterator();

            @Override
            public boolean hasNext() {
                if (!ready.hasNext() && events.hasNext()) {
                    ready = some(events).iterator();
                }
                return ready.hasNext();
            }

            @Override
            public Observable next() {
                return ready.next();
            }
        };
    }

    private static List<Observable> some(Iterator<ProxyEvent> events) {
        Map<Pair, Seen> pairs = new HashMap<>();
        ProxyEvent last = null;
        while (events.hasNext() && pairs.size() < MOST) {
            ProxyEvent event = events.next();
            last = event;
            String client = client(event);
            Observables.of(
                    event,
                    (type, value) -> pairs.computeIfAbsent(
                                    new Pair(type, value, client), pair -> new Seen(event.getTimestamp()))
                            .add(event.getTimestamp()));
        }
        List<Observable> partial = new ArrayList<>(pairs.size());
        if (last != null) {
            for (Map.Entry<Pair, Seen> entry : pairs.entrySet()) {
                partial.add(observable(last, entry.getKey(), entry.getValue()));
            }
        }
        return partial;
    }

    private static String client(ProxyEvent event) {
        String client = Engine.client(event);
        return client == null ? "" : client;
    }

    /** @param like any event of the window */
    private static Observable observable(ProxyEvent like, Pair pair, Seen seen) {
        Observable observable = new Observable();
        observable.setSource(like.getSource());
        observable.setWindow(like.getWindow());
        observable.setType(pair.type());
        observable.setValue(pair.value());
        observable.setFirstSeen(seen.first);
        observable.setLastSeen(seen.last);
        observable.setEvents(seen.events);
        observable.setClients(List.of(new ClientSightings(pair.client(), seen.first, seen.last, seen.events)));
        return observable;
    }
}
