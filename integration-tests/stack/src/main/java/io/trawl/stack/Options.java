package io.trawl.stack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which stack to start, and where. Each method gives a changed copy.
 *
 * @param home the project's folder: conf/, dags/, flume/, target/dist/ and .trawl/venv lie in it
 * @param stateDir folder of the stack's data, logs and written settings; made if absent
 * @param settings keys of conf/stack.conf that differ here
 * @param trawl keys of trawl.conf that differ here
 * @param without servers or groups (kafka, hdfs, hbase, flume, spark, airflow) that are not started
 */
public record Options(
        Path home, Path stateDir, Map<String, String> settings, Map<String, String> trawl, List<String> without) {

    public Options {
        home = home.toAbsolutePath().normalize();
        stateDir = stateDir.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
        trawl = Map.copyOf(trawl);
        without = List.copyOf(without);
    }

    /** The default stack of a project folder, in its .trawl/stack. */
    public static Options of(Path home) {
        return new Options(home, home.resolve(".trawl").resolve("stack"), Map.of(), Map.of(), List.of());
    }

    /** The default stack of the project that system property trawl.home, else environment TRAWL_HOME, else the working folder names. */
    public static Options ofThisProject() {
        String named = System.getProperty("trawl.home", orElse(System.getenv("TRAWL_HOME"), ""));
        return of(Path.of(named));
    }

    public Options stateDir(Path folder) {
        return new Options(home, folder, settings, trawl, without);
    }

    /** Adds a number to every port, so that this stack can run next to another. */
    public Options portShift(int shift) {
        return stack("port.shift", Integer.toString(shift));
    }

    /** Sets a key of conf/stack.conf. */
    public Options stack(String key, String value) {
        return new Options(home, stateDir, with(settings, key, value), trawl, without);
    }

    /** Sets a key of the trawl.conf that the stack writes for jobs and DAGs. */
    public Options setting(String key, String value) {
        return new Options(home, stateDir, settings, with(trawl, key, value), without);
    }

    /** Leaves servers out: names such as kafka or hbase, or groups such as airflow or flume. */
    public Options without(String... names) {
        List<String> all = new ArrayList<>(without);
        all.addAll(List.of(names));
        return new Options(home, stateDir, settings, trawl, all);
    }

    private static Map<String, String> with(Map<String, String> map, String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        return changed;
    }

    private static String orElse(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }
}
