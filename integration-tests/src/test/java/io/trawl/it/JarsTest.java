package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each jar that is started alone has every class of Trawl that its classes name. A library that a module declares for its tests
 * is left out of the module's jar, also if another library needs it.
 */
class JarsTest {
    private static final Path DIST =
            Path.of("").toAbsolutePath().getParent().resolve("target/dist").normalize();

    static List<Path> jars() throws IOException {
        try (Stream<Path> jobs = Files.list(DIST.resolve("jobs"))) {
            List<Path> all = Stream.concat(
                            jobs.filter(jar -> jar.toString().endsWith(".jar")),
                            Stream.of(
                                    DIST.resolve("sweep/trawl-sweep.jar"), DIST.resolve("terminal/trawl-terminal.jar")))
                    .sorted()
                    .toList();
            assertThat(all).hasSizeGreaterThan(8);
            return all;
        }
    }

    @ParameterizedTest
    @MethodSource("jars")
    void hasEveryClassThatItNames(Path jar) throws Exception {
        JavaClasses classes;
        Set<String> present;
        try (JarFile file = new JarFile(jar.toFile())) {
            present = file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("io/trawl/") && name.endsWith(".class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .collect(Collectors.toSet());
            classes = new ClassFileImporter().importJar(file).that(new OwnClasses());
        }
        Set<String> missing = new TreeSet<>();
        for (JavaClass one : classes) {
            for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
                String name = dependency.getTargetClass().getBaseComponentType().getName();
                if (name.startsWith("io.trawl.") && !present.contains(name)) {
                    missing.add(name);
                }
            }
        }
        assertThat(present).isNotEmpty();
        assertThat(missing).as("classes of Trawl that %s names and lacks", jar).isEmpty();
    }

    private static final class OwnClasses extends com.tngtech.archunit.base.DescribedPredicate<JavaClass> {
        OwnClasses() {
            super("classes of Trawl");
        }

        @Override
        public boolean test(JavaClass one) {
            return one.getName().startsWith("io.trawl.");
        }
    }
}
