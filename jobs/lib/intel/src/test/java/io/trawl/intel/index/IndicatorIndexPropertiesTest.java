package io.trawl.intel.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The index against the definition of what a match is, applied to each indicator in turn. */
class IndicatorIndexPropertiesTest extends IndexCases {
    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void theIndexFindsWhatALinearScanFinds(
            @ForAll("indicators") List<Indicator> indicators, @ForAll("events") ProxyEvent event, @ForAll boolean web) {
        List<String> found = new ArrayList<>();
        IndicatorIndex.of(indicators)
                .match(
                        event,
                        web,
                        match -> found.add(match.field() + " " + match.value() + " " + match.how() + " "
                                + match.indicator().getIndicatorId()));
        Set<String> expected = new TreeSet<>();
        for (Indicator indicator : indicators) {
            LinearScan.of(indicator, event, web, expected);
        }

        assertThat(found).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(found)).isEqualTo(expected);
    }
}
