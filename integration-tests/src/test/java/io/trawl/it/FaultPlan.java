package io.trawl.it;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What happens in one round of the fault matrix: how many lines are written, and which faults are thrown when. It depends
 * on seed and number alone, so any round can be repeated without those before it.
 *
 * @param seed of all rounds of a matrix
 * @param number of the round, from 1
 * @param lines lines that the proxies write in it
 * @param faults by the moment at which they are thrown; two of a pair have the same moment
 */
record FaultPlan(long seed, int number, int lines, List<Fault> faults) {
    /** Every server of the stack. */
    static final List<String> SERVERS = List.of(
            "namenode",
            "datanode",
            "hbase",
            "kafka",
            "airflow-api-server",
            "airflow-scheduler",
            "airflow-dag-processor",
            "airflow-triggerer",
            "spark-master",
            "spark-worker",
            "flume-collector",
            "flume-proxy-1",
            "flume-proxy-2");

    static final String DRIVER = "a driver";
    static final String EXECUTOR = "an executor";
    static final String TASK = "a task";
    static final String HOT_DRIVER = "the hot driver";
    /** Processes that are there while a sweep runs. */
    static final List<String> OF_A_SWEEP = List.of(DRIVER, EXECUTOR, TASK);
    /** Servers whose data can be put on a small disk. */
    static final List<String> WITH_A_DISK = List.of("kafka", "namenode", "datanode", "flume-proxy-1");
    /** The broker's clock decides in which window a line is. */
    static final String CLOCK = "kafka";

    /** What is going on when a fault is thrown. */
    enum Phase {
        WRITING("the first line", 10_000),
        SWEEPING("the sweep's trigger", 40_000);

        final String begins;
        final int longest;

        Phase(String begins, int longest) {
            this.begins = begins;
            this.longest = longest;
        }
    }

    /** What is done to a victim. */
    enum Kind {
        /** SIGKILL */
        KILL,
        /** SIGSTOP, and SIGCONT after a while */
        STOP,
        /** Its disk has no byte left for a while. */
        FULL,
        /** Its clock is wrong for a while. */
        CLOCK
    }

    /**
     * One fault.
     *
     * @param after milliseconds from the phase's beginning
     * @param lasts milliseconds until it is over; 0 for SIGKILL
     * @param step milliseconds by which a clock is wrong; else 0
     * @param pick chooses one where there are several such processes
     */
    record Fault(Phase phase, int after, Kind kind, String victim, int lasts, int step, int pick) {
        String what() {
            return switch (kind) {
                case KILL -> "SIGKILL " + victim;
                case STOP -> "SIGSTOP " + victim + " for " + seconds(lasts);
                case FULL -> "disk of " + victim + " full for " + seconds(lasts);
                case CLOCK ->
                    "clock of " + victim + " wrong by " + (step < 0 ? "" : "+") + seconds(step) + " for "
                            + seconds(lasts);
            };
        }

        @Override
        public String toString() {
            return what() + ", " + seconds(after) + " after " + phase.begins;
        }
    }

    FaultPlan {
        faults = List.copyOf(faults);
    }

    static FaultPlan of(long seed, int number) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
        int lines = 1_000 * random.nextInt(2, 6);
        int moments = random.nextInt(1, 4);
        Set<String> taken = new LinkedHashSet<>();
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < moments; i++) {
            Phase phase = Phase.values()[random.nextInt(2)];
            int after = random.nextInt(phase.longest);
            int together = random.nextInt(4) == 0 ? 2 : 1;
            for (int j = 0; j < together; j++) {
                faults.add(fault(random, phase, after, taken));
            }
        }
        faults.sort(java.util.Comparator.comparing(Fault::phase).thenComparing(Fault::after));
        return new FaultPlan(seed, number, lines, faults);
    }

    /** One fault; no victim has two in a round. */
    private static Fault fault(SplittableRandom random, Phase phase, int after, Set<String> taken) {
        while (true) {
            int die = random.nextInt(20);
            Kind kind = die < 10 ? Kind.KILL : die < 16 ? Kind.STOP : die < 18 ? Kind.FULL : Kind.CLOCK;
            List<String> victims = victims(kind, phase);
            String victim = victims.get(random.nextInt(victims.size()));
            int lasts =
                    switch (kind) {
                        case KILL -> 0;
                        case STOP -> random.nextInt(1_000, 30_000);
                        case FULL, CLOCK -> random.nextInt(5_000, 25_000);
                    };
            int step = kind == Kind.CLOCK ? random.nextInt(5, 90) * (random.nextBoolean() ? 1_000 : -1_000) : 0;
            int pick = random.nextInt(1_000);
            if (taken.add(victim)) {
                return new Fault(phase, after, kind, victim, lasts, step, pick);
            }
        }
    }

    /** Who can have such a fault in a phase. */
    static List<String> victims(Kind kind, Phase phase) {
        if (kind == Kind.FULL) {
            return WITH_A_DISK;
        }
        if (kind == Kind.CLOCK) {
            return List.of(CLOCK);
        }
        List<String> all = new ArrayList<>(SERVERS);
        all.add(HOT_DRIVER);
        if (phase == Phase.SWEEPING) {
            // As likely as the servers of the other phase: there are fewer of them.
            all.addAll(OF_A_SWEEP);
            all.addAll(OF_A_SWEEP);
        }
        return all;
    }

    List<Fault> in(Phase phase) {
        return faults.stream().filter(fault -> fault.phase() == phase).toList();
    }

    @Override
    public String toString() {
        return "round " + number + ": write " + String.format(Locale.ROOT, "%,d", lines) + " lines; "
                + faults.stream().map(Fault::toString).collect(Collectors.joining("; "));
    }

    private static String seconds(int millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
}
