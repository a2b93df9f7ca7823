package io.trawl.cli.files.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.ProxyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

class EcsTest {
    @Test
    void everyFieldThatALineDecidesHasAName() {
        for (String field : ProxyEvent.getClassSchema().getFields().stream()
                .map(field -> field.name())
                .filter(name -> !List.of("event_id", "source", "window", "partition", "offset", "observer_hostname")
                        .contains(name))
                .toList()) {
            assertThat(Ecs.name(field)).as(field).isNotEqualTo(field);
        }
    }
}
