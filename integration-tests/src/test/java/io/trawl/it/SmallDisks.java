package io.trawl.it;

import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Data of servers on file systems in memory, whose size can be set to what they hold. */
final class SmallDisks {
    /** Room enough: a DataNode takes no block where less than 1 GB and the block is free. Memory holds only what is written. */
    private static final String ROOM = "4g";

    private static final long PAGE = 4096;
    private static final int FILLINGS = 50;

    private final LocalStack stack;
    private final Path folder;
    private final Consumer<String> told;
    private final List<String> given = new ArrayList<>();
    /** Every mount of this JVM that is still there: it must not outlive the JVM. */
    private final Set<Path> mounts = ConcurrentHashMap.newKeySet();

    private String why = "";

    /** @param folder where they are mounted; not in the stack's */
    SmallDisks(LocalStack stack, Path folder, Consumer<String> told) {
        this.stack = stack;
        this.folder = folder;
        this.told = told;
        Runtime.getRuntime().addShutdownHook(new Thread(this::unmountAll, "unmount-disks"));
    }

    private void unmountAll() {
        for (Path mount : mounts) {
            try {
                run("umount", "-l", mount.toString());
            } catch (IOException e) {
                System.out.println("the small disk " + mount + " is still mounted: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Takes away what an earlier run left that was killed. */
    void clear() throws IOException, InterruptedException {
        for (String victim : FaultPlan.WITH_A_DISK) {
            if (mounted(mount(victim))) {
                run("umount", "-l", mount(victim).toString());
            }
        }
    }

    boolean has(String victim) {
        return given.contains(victim);
    }

    String why() {
        return why;
    }

    private Path mount(String victim) {
        return folder.resolve(victim);
    }

    private Path data(String victim) {
        Path data = stack.stateDir().resolve("data");
        return victim.startsWith("flume-")
                ? data.resolve("flume").resolve(victim.substring("flume-".length()))
                : data.resolve(victim);
    }

    /** Moves a server's data onto a small disk of its own; it is down for a moment. */
    void give(String victim) throws IOException, InterruptedException {
        if (has(victim) || !why.isEmpty()) {
            return;
        }
        Path mount = Files.createDirectories(mount(victim));
        String refused = run("mount", "-t", "tmpfs", "-o", "size=" + ROOM, "trawl-faults", mount.toString());
        if (!refused.isEmpty()) {
            why = "this user may not mount a tmpfs: " + refused;
            return;
        }
        mounts.add(mount);
        told.accept("data of " + victim + " goes to a small disk");
        Path data = data(victim);
        Path away = beside(data, ".away");
        try {
            stack.stop(victim);
            must("cp", "-a", data + "/.", mount.toString());
            Files.move(data, away);
            Files.createSymbolicLink(data, mount);
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            try {
                undo(data, away, mount);
            } catch (IOException | InterruptedException | RuntimeException | AssertionError second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        given.add(victim);
        try {
            must("rm", "-rf", away.toString());
        } finally {
            stack.restore();
        }
    }

    private void undo(Path data, Path away, Path mount) throws IOException, InterruptedException {
        try {
            if (Files.exists(away)) {
                Files.deleteIfExists(data);
                Files.move(away, data);
            }
        } finally {
            try {
                unmount(mount);
            } finally {
                stack.restore();
            }
        }
    }

    private static Path beside(Path data, String ending) {
        return data.resolveSibling(data.getFileName() + ending);
    }

    /** Leaves it no room: the file system becomes as large as what it holds. */
    void fill(String victim) throws IOException, InterruptedException {
        var store = Files.getFileStore(mount(victim));
        String refused = "";
        for (int i = 0; i < FILLINGS; i++) {
            long used = store.getTotalSpace() - store.getUnallocatedSpace();
            // Whole pages, and at least one: a tmpfs of size 0 has no limit.
            long size = Math.max(1, (used + PAGE - 1) / PAGE) * PAGE;
            refused = run("mount", "-o", "remount,size=" + size, mount(victim).toString());
            if (refused.isEmpty()) {
                return;
            }
            // The server has written in between, and holds more than that.
        }
        throw new IOException("the disk of " + victim + " cannot be filled, " + FILLINGS + " tries failed: " + refused);
    }

    void empty(String victim) throws IOException, InterruptedException {
        must("mount", "-o", "remount,size=" + ROOM, mount(victim).toString());
    }

    /** Moves all data back; the servers are down afterwards. */
    void close() throws IOException, InterruptedException {
        @Nullable IOException failed = null;
        for (String victim : List.copyOf(given)) {
            try {
                takeBack(victim);
            } catch (IOException | RuntimeException | AssertionError e) {
                IOException one = new IOException("data of " + victim + " could not be moved back: " + e, e);
                if (failed == null) {
                    failed = one;
                } else {
                    failed.addSuppressed(one);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private void takeBack(String victim) throws IOException, InterruptedException {
        Path data = data(victim);
        Path back = beside(data, ".back");
        if (stack.alive(victim)) {
            stack.stop(victim);
        }
        must("cp", "-a", mount(victim) + "/.", Files.createDirectory(back).toString());
        Files.delete(data);
        Files.move(back, data);
        given.remove(victim);
        unmount(mount(victim));
    }

    private void unmount(Path mount) throws IOException, InterruptedException {
        must("umount", "-l", mount.toString());
        mounts.remove(mount);
    }

    private static boolean mounted(Path folder) throws IOException {
        // The kernel writes these characters as octal numbers (proc_pid_mounts(5)).
        String escaped =
                folder.toString().replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011");
        return Files.readString(Path.of("/proc/mounts")).contains(" " + escaped + " ");
    }

    private static void must(String... command) throws IOException, InterruptedException {
        String failed = run(command);
        if (!failed.isEmpty()) {
            throw new IOException(String.join(" ", command) + ": " + failed);
        }
    }

    /** Runs a command; gives what it said if it failed, else nothing. */
    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        int status = process.waitFor();
        return status == 0
                ? ""
                : said.isBlank() ? "exit status " + status : said.strip().replaceAll("\\s+", " ");
    }
}
