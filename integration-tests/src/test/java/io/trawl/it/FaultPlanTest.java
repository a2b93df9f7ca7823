package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.it.FaultPlan.Fault;
import io.trawl.it.FaultPlan.Kind;
import io.trawl.it.FaultPlan.Phase;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final List<FaultPlan> MANY =
            IntStream.range(1, 2_000).mapToObj(i -> FaultPlan.of(7, i)).toList();

    @Test
    void sameSeedSamePlan() {
        for (int i = 1; i < 50; i++) {
            assertThat(FaultPlan.of(42, i)).isEqualTo(FaultPlan.of(42, i)).isNotEqualTo(FaultPlan.of(43, i));
        }
        assertThat(MANY.stream().map(FaultPlan::faults).distinct().count()).isGreaterThan(1_990);
    }

    @Test
    void everyKindAndEveryVictimOccurs() {
        Set<String> seen = faults().map(fault -> fault.phase() + " " + fault.kind() + " " + fault.victim())
                .collect(Collectors.toSet());
        for (Phase phase : Phase.values()) {
            for (Kind kind : Kind.values()) {
                for (String victim : FaultPlan.victims(kind, phase)) {
                    assertThat(seen).contains(phase + " " + kind + " " + victim);
                }
            }
        }
        assertThat(MANY.stream().filter(FaultPlanTest::hasPair).count()).isGreaterThan(500);
    }

    /** The seed of the integration tests' round: the docs name these faults. */
    @Test
    void theShortMatrixIsAlwaysTheSame() {
        assertThat(FaultPlan.of(361, 1).faults())
                .extracting(Fault::what)
                .containsExactly("SIGKILL airflow-scheduler", "SIGSTOP kafka for 7.7 s", "SIGKILL the hot driver");
    }

    private static boolean hasPair(FaultPlan plan) {
        return plan.faults().stream()
                        .map(fault -> fault.phase() + " " + fault.after())
                        .distinct()
                        .count()
                < plan.faults().size();
    }

    @Test
    void noPlanIsImpossible() {
        assertThat(MANY).allSatisfy(plan -> {
            assertThat(plan.faults()).hasSizeBetween(1, 6);
            assertThat(plan.faults()).extracting(Fault::victim).doesNotHaveDuplicates();
        });
        assertThat(faults()).allSatisfy(fault -> {
            assertThat(fault.after()).isBetween(0, fault.phase().longest);
            assertThat(fault.lasts() > 0).isEqualTo(fault.kind() != Kind.KILL);
            assertThat(fault.step() != 0).isEqualTo(fault.kind() == Kind.CLOCK);
            if (FaultPlan.OF_A_SWEEP.contains(fault.victim())) {
                assertThat(fault.phase()).isEqualTo(Phase.SWEEPING);
            }
        });
    }

    @Test
    void aPlanIsReadByPeople() {
        Fault stopped = new Fault(Phase.SWEEPING, 1_400, Kind.STOP, "hbase", 7_200, 0, 0);
        Fault clock = new Fault(Phase.WRITING, 0, Kind.CLOCK, "kafka", 5_000, -30_000, 0);
        assertThat(new FaultPlan(1, 3, 2_000, List.of(clock, stopped)))
                .hasToString(
                        "round 3: write 2,000 lines; clock of kafka wrong by -30.0 s for 5.0 s, 0.0 s after the first"
                                + " line; SIGSTOP hbase for 7.2 s, 1.4 s after the sweep's trigger");
    }

    private static Stream<Fault> faults() {
        return MANY.stream().flatMap(plan -> plan.faults().stream());
    }
}
