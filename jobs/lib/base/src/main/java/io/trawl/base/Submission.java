package io.trawl.base;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the driver runs, as its submission says. */
public final class Submission {
    private static final Pattern THIS_MACHINE =
            Pattern.compile("spark://(127\\.[0-9.]+|localhost|\\[::1\\])(:\\d+)?(,.*)?");

    private Submission() {}

    /**
     * The master that may choose any machine for the driver; null if the driver runs on this one. With a master on the
     * loopback interface all workers are this machine.
     */
    public static @Nullable String anyMachineOf() {
        String master = System.getProperty("spark.master", "");
        return !System.getProperty("spark.submit.deployMode", "client").equals("cluster") || isThisMachine(master)
                ? null
                : master;
    }

    /** Whether a driver that is submitted to a master runs on this machine for sure. */
    public static boolean isThisMachine(String master) {
        return master.startsWith("local") || THIS_MACHINE.matcher(master).matches();
    }
}
