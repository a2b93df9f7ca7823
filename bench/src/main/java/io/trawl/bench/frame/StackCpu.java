package io.trawl.bench.frame;

import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * CPU time that a stack's processes have taken so far, those that have ended among them: the system adds the time of a
 * process that has ended to the one that waited for it. So what differs between two looks is what the stack took between
 * them, and nothing that others on the machine do is in it.
 *
 * @param at when the look was taken
 * @param airflow seconds of Airflow's four servers and its tasks
 * @param spark seconds of Spark's master and worker, of drivers and executors
 * @param servers seconds of Kafka, HDFS, HBase and whatever else the stack has
 * @param machine busy seconds of the whole machine, whoever took them
 */
public record StackCpu(Instant at, double airflow, double spark, double servers, double machine) {
    private static final double TICKS = 100;

    public static StackCpu of(LocalStack stack) throws IOException {
        double airflow = 0;
        double spark = 0;
        double servers = 0;
        for (String name : stack.names()) {
            double seconds = 0;
            for (long pid : stack.processes(name)) {
                seconds += with(pid);
            }
            if (name.startsWith("airflow-")) {
                airflow += seconds;
            } else if (name.startsWith("spark-")) {
                spark += seconds;
            } else {
                servers += seconds;
            }
        }
        return new StackCpu(Instant.now(), airflow, spark, servers, busy(Files.readString(Path.of("/proc/stat"))));
    }

    /** All of the stack's seconds. */
    public double all() {
        return airflow + spark + servers;
    }

    /** What was taken since an earlier look. */
    public StackCpu since(StackCpu before) {
        return new StackCpu(
                at, airflow - before.airflow, spark - before.spark, servers - before.servers, machine - before.machine);
    }

    /** The same less what is taken at rest in so many seconds. */
    public StackCpu less(StackCpu restASecond, double seconds) {
        return new StackCpu(
                at,
                airflow - restASecond.airflow * seconds,
                spark - restASecond.spark * seconds,
                servers - restASecond.servers * seconds,
                machine - restASecond.machine * seconds);
    }

    /** A share of it: of what was taken in so many seconds, what is taken in one. */
    public StackCpu over(double seconds) {
        return new StackCpu(at, airflow / seconds, spark / seconds, servers / seconds, machine / seconds);
    }

    private static double with(long pid) {
        try {
            return withEnded(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
        } catch (IOException e) {
            // It has ended between two looks: its time is its parent's from now on.
            return 0;
        }
    }

    /** Seconds of the process whose /proc/PID/stat this is, and of all that it has waited for. */
    public static double withEnded(String stat) {
        // The name of the program may have blanks and brackets in it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        double ticks = 0;
        for (int field = 11; field <= 14; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / TICKS;
    }

    /** Busy seconds of all cores, of the /proc/stat that this is. */
    public static double busy(String stat) {
        // user nice system idle iowait irq softirq
        String[] fields = stat.substring(0, stat.indexOf('\n')).trim().split(" +", -1);
        double ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / TICKS;
    }
}
