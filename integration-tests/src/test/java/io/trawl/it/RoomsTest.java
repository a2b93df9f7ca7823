package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No package becomes a hall and no class a book: how many classes a package may have, and how many lines a class. What has
 * more says in its first comment why.
 */
class RoomsTest {
    private static final int MOST_CLASSES = 16;
    private static final int MOST_LINES = 420;
    private static final String MORE_CLASSES = "More classes than other packages, since ";
    private static final String MORE_LINES = "Longer than other classes, since ";
    private static final Set<String> NOT_OURS = Set.of("target");
    private static final Pattern FIRST_COMMENT = Pattern.compile("(?s)/\\*\\*(.*?)\\*/");

    @TempDir
    Path folder;

    @Test
    void packagesAndClassesAreNoLargerThanTheySay() throws IOException {
        Map<String, Room> rooms = rooms(Path.of(System.getProperty("trawl.home")));
        assertThat(rooms).hasSizeGreaterThan(30);
        assertThat(problems(rooms).values()).isEmpty();
    }

    @Test
    void aHallAndALongClassAreNamed() throws IOException {
        for (int i = 0; i < MOST_CLASSES; i++) {
            write("src/main/java/a/C" + i + ".java", "class C" + i + " {}");
        }
        write("src/main/java/a/package-info.java", "/** Full. */\npackage a;");
        write("src/test/java/a/T.java", "class T {\n" + "\n".repeat(MOST_LINES - 2) + "}\n");
        write("target/classes/src/main/java/b/C.java", "\n".repeat(MOST_LINES + 1));
        assertThat(problems(rooms(folder))).isEmpty();

        write("src/main/java/a/One.java", "class One {}");
        write("src/test/java/a/T.java", "class T {\n" + "\n".repeat(MOST_LINES - 1) + "}\n");
        assertThat(problems(rooms(folder)).values())
                .containsExactly(
                        "src/main/java/a has 17 classes: make rooms of it, or say in its package-info 'More classes than other packages, since …'",
                        "src/test/java/a/T.java has 421 lines: split it, or say in its first comment 'Longer than other classes, since …'");
    }

    @Test
    void aReasonIsGivenInTheFirstCommentAndOnlyWhereItIsNeeded() throws IOException {
        String comment =
                "/**\n * A file's reader.\n *\n * <p>Longer than other classes,\n * since it is one format.\n */\n";
        write("src/main/java/a/C.java", comment + "class C {\n" + "\n".repeat(MOST_LINES) + "}\n");
        assertThat(problems(rooms(folder))).isEmpty();

        write(
                "src/main/java/a/C.java",
                "/** A file's reader. */\nclass C {\n" + comment + "\n".repeat(MOST_LINES) + "}\n");
        assertThat(problems(rooms(folder))).hasSize(1);
        write("src/main/java/a/C.java", comment + "class C {}\n");
        assertThat(problems(rooms(folder)).values())
                .containsExactly(
                        "src/main/java/a/C.java has 7 lines and says why it has more: take that out of its first comment");
    }

    /** A package's folder, with the text of its files. */
    private record Room(Map<String, String> files) {
        long classes() {
            return files.keySet().stream()
                    .filter(name -> !name.equals("package-info.java"))
                    .count();
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static Map<String, Room> rooms(Path home) throws IOException {
        Map<String, Room> rooms = new TreeMap<>();
        Files.walkFileTree(home, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                // Of a folder whose name begins so a program keeps its own files, and writes them meanwhile.
                return NOT_OURS.contains(name) || name.startsWith(".") || name.startsWith("__")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.toString().endsWith(".java")) {
                    rooms.computeIfAbsent(
                                    home.relativize(file.getParent()).toString(), any -> new Room(new TreeMap<>()))
                            .files()
                            .put(file.getFileName().toString(), Files.readString(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return rooms;
    }

    /** What is wrong, by path. */
    private static Map<String, String> problems(Map<String, Room> rooms) {
        Map<String, String> problems = new TreeMap<>();
        rooms.forEach((path, room) -> {
            boolean said = says(room.files().getOrDefault("package-info.java", ""), MORE_CLASSES);
            if (room.classes() > MOST_CLASSES && !said) {
                problems.put(
                        path,
                        path + " has " + room.classes() + " classes: make rooms of it, or say in its package-info '"
                                + MORE_CLASSES + "…'");
            } else if (room.classes() <= MOST_CLASSES && said) {
                problems.put(
                        path,
                        path + " has " + room.classes()
                                + " classes and says why it has more: take that out of its package-info");
            }
            room.files().forEach((name, text) -> {
                String file = path + "/" + name;
                long lines = text.lines().count();
                if (lines > MOST_LINES && !says(text, MORE_LINES)) {
                    problems.put(
                            file,
                            file + " has " + lines + " lines: split it, or say in its first comment '" + MORE_LINES
                                    + "…'");
                } else if (lines <= MOST_LINES && says(text, MORE_LINES)) {
                    problems.put(
                            file,
                            file + " has " + lines
                                    + " lines and says why it has more: take that out of its first comment");
                }
            });
        });
        return problems;
    }

    /** Whether the first comment of a file has some words, wherever its lines are broken. */
    private static boolean says(String text, String words) {
        Matcher comment = FIRST_COMMENT.matcher(text);
        List<String> said = new ArrayList<>();
        if (comment.find()) {
            comment.group(1)
                    .lines()
                    .map(line -> line.strip().replaceFirst("^\\*\\s*", ""))
                    .forEach(said::add);
        }
        return String.join(" ", said).contains(words);
    }
}
