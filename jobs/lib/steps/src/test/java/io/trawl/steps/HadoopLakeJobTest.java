package io.trawl.steps;

/**
 * The cases of {@link LakeJobTest} in a catalog of Hadoop. A class of its own, since surefire 3.5.3 writes a report without
 * a test for a {@code @ParameterizedClass}.
 */
class HadoopLakeJobTest extends LakeJobTest {
    @Override
    String catalog() {
        return "hadoop";
    }
}
