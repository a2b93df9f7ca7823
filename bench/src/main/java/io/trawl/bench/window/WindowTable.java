package io.trawl.bench.window;

import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.StackCpu;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What the bench of windows has measured, as a table, as figures and held against its goals. */
final class WindowTable {
    private static final double OVERHEAD_SECONDS = 10;
    private static final double CPU_SECONDS = 15;
    private static final double DETECTED_SECONDS = 30;

    private final List<WindowRun> swept;
    private final List<WindowRun> full;
    private final List<WindowRun> empty;

    /**
     * @param swept a window to warm up, those with lines, and the empty ones
     * @param windows how many have lines, the first one left out
     */
    WindowTable(List<WindowRun> swept, int windows) {
        this.swept = swept;
        full = swept.subList(1, 1 + windows);
        empty = swept.subList(1 + windows, swept.size());
    }

    /** @param atRest what the stack takes in a second when nothing is swept */
    Outcome tell(StackCpu atRest) {
        Outcome outcome = new Outcome("window");
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-22s %8s %8s %9s %10s %8s %9s %8s %8s %9s%n",
                "window, seconds",
                "lines",
                "run",
                "overhead",
                "detected",
                "CPU",
                "Airflow",
                "Spark",
                "servers",
                "machine"));
        for (int i = 0; i < swept.size(); i++) {
            WindowRun one = swept.get(i);
            table.append(String.format(
                    Locale.ROOT,
                    "%-22s %,8d %8.1f %9.1f %10s %8.1f %9.1f %8.1f %8.1f %9.1f%s%n",
                    one.start(),
                    one.lines(),
                    one.wall(),
                    one.overhead(),
                    one.lines() == 0 ? "" : String.format(Locale.ROOT, "%.1f", one.detected()),
                    one.cpu().all(),
                    one.cpu().airflow(),
                    one.cpu().spark(),
                    one.cpu().servers(),
                    one.cpu().machine(),
                    i == 0 ? "  (warm-up, not counted)" : ""));
        }
        table.append(String.format(
                Locale.ROOT, "%nmedian of %d windows, seconds %38s %10s%n", full.size(), "with lines", "empty"));
        for (WindowRun.Stage stage : WindowRun.Stage.values()) {
            row(table, outcome, stage.label(), stage.key(), full, empty, run -> run.seconds(stage));
        }
        for (String job : WindowRun.JOBS) {
            row(table, outcome, "  work of " + job, "work_of_" + job, full, empty, run -> run.work(job));
        }
        table.append(String.format(
                Locale.ROOT,
                "%nCPU is the stack's processes', less %.2f s a second at rest (Airflow %.2f, Spark %.2f, servers %.2f);"
                        + "%nmachine is all that the machine was busy, less %.2f: others' work is in it. detected has"
                        + " window.margin, 5 s, in it.%n",
                atRest.all(),
                atRest.airflow(),
                atRest.spark(),
                atRest.servers(),
                atRest.machine()));
        outcome.say(table.toString());
        outcome.figure("rest.cpu_seconds_a_second", atRest.all())
                .figure("rest.airflow_cpu_seconds_a_second", atRest.airflow());
        figures(outcome, "lines", full);
        figures(outcome, "empty", empty);
        return outcome.atMost("lines.overhead_seconds", OVERHEAD_SECONDS, median(full, WindowRun::overhead))
                .atMost(
                        "empty.cpu_seconds",
                        CPU_SECONDS,
                        median(empty, run -> run.cpu().all()))
                .atMost(
                        "lines.detected_seconds",
                        DETECTED_SECONDS,
                        full.stream().mapToDouble(WindowRun::detected).max().orElse(0));
    }

    private static void figures(Outcome outcome, String name, List<WindowRun> runs) {
        outcome.figure(name + ".run_seconds", median(runs, WindowRun::wall))
                .figure(name + ".overhead_seconds", median(runs, WindowRun::overhead))
                .figure(name + ".cpu_seconds", median(runs, run -> run.cpu().all()))
                .figure(
                        name + ".airflow_cpu_seconds",
                        median(runs, run -> run.cpu().airflow()))
                .figure(
                        name + ".spark_cpu_seconds",
                        median(runs, run -> run.cpu().spark()))
                .figure(
                        name + ".servers_cpu_seconds",
                        median(runs, run -> run.cpu().servers()))
                .figure(
                        name + ".machine_cpu_seconds",
                        median(runs, run -> run.cpu().machine()));
    }

    private static void row(
            StringBuilder table,
            Outcome outcome,
            String label,
            String key,
            List<WindowRun> full,
            List<WindowRun> empty,
            ToDoubleFunction<WindowRun> of) {
        double lines = median(full, of);
        double none = median(empty, of);
        table.append(String.format(Locale.ROOT, "  %-55s %10.2f %10.2f%n", label, lines, none));
        outcome.figure("stage." + key + ".lines_seconds", lines).figure("stage." + key + ".empty_seconds", none);
    }

    private static double median(List<WindowRun> runs, ToDoubleFunction<WindowRun> of) {
        double[] sorted = runs.stream().mapToDouble(of).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
