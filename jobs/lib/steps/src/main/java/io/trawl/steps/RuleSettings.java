package io.trawl.steps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.run.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings that decide what rules find in a window, beside the rules: those of its first sweep hold for a rerun, too.
 *
 * @param formats of the source: they say which rules see it, unless a person says it
 * @param logsource what a person says that the source is; empty if nobody does
 * @param reach how far before a window correlations look at most
 */
public record RuleSettings(List<String> formats, String logsource, String reach) {
    /** Name in a pin. */
    static final String PIN = "rule_settings";

    private static final String REACH = "rules.correlation.reach";

    public RuleSettings {
        formats = List.copyOf(formats);
    }

    /** Those of today. */
    static RuleSettings of(Settings settings, LogSource source) {
        return new RuleSettings(source.formats(), SweepStep.logsource(source, settings), settings.text(REACH));
    }

    /** As a pin holds them. */
    ObjectNode json() {
        ObjectNode json =
                Json.MAPPER.createObjectNode().put("logsource", logsource).put("reach", reach);
        ArrayNode names = json.putArray("formats");
        formats.forEach(names::add);
        return json;
    }

    private static @Nullable RuleSettings of(JsonNode pin) {
        JsonNode json = pin.path(PIN);
        if (!json.isObject()) {
            return null;
        }
        List<String> formats = new ArrayList<>();
        json.path("formats").forEach(name -> formats.add(name.asText()));
        return new RuleSettings(
                formats, json.path("logsource").asText(), json.path("reach").asText());
    }

    /**
     * Those that are pinned for a run's window; those of today where the pin is from before they were pinned.
     *
     * @param pinned what the window is swept with
     */
    public static RuleSettings pinned(Run run, IndicatorSnapshot pinned) throws IOException {
        String folder = run.stateFile("indicators", "");
        List<String> pins = run.state().list(folder);
        for (int i = pins.size() - 1; i >= 0; i--) {
            JsonNode pin = run.state().read(folder + pins.get(i));
            if (pin != null && IndicatorSnapshot.of(pin).equals(pinned)) {
                RuleSettings held = of(pin);
                return held == null ? of(run.settings(), run.source()) : held;
            }
        }
        return of(run.settings(), run.source());
    }

    /** A source as these settings have it. */
    public LogSource source(LogSource today) {
        return today.withFormats(formats);
    }

    /** All settings, with these instead of those of today. */
    public Settings settings(Settings today, LogSource source) {
        return today.with("source." + source.name() + ".logsource", logsource).with(REACH, reach);
    }

    /** What the source is to rules, for the ledger. */
    public String seenAs() {
        return logsource.isEmpty() ? String.join(",", formats) : logsource;
    }
}
