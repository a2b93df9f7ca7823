package io.trawl.intel.rule.stix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Rule;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site's file of where objects are. */
class MappingTest {
    @TempDir
    Path folder;

    private Mapping with(String text) throws IOException {
        Path file = folder.resolve("objects.yaml");
        Files.writeString(file, text);
        return Mapping.with(file, Fields::named);
    }

    @Test
    void aSiteAddsObjectsAndIndicators() throws IOException {
        StixPatterns patterns = new StixPatterns(with("""
                        objects:
                          software:
                            - name: user_agent.original as word
                          x-app:
                            name: [network.application as word, event.action]
                          domain-name:
                            - value: observer.hostname as name
                        index:
                          url:value: none
                          software:name: user-agent
                        """), false);
        ProxyEvent event = Events.event();
        event.setNetworkApplication("Dropbox");
        event.setObserverHostname("Proxy.example");
        assertThat(fires(patterns, "[x-app:name = 'dropbox']", event)).isTrue();
        assertThat(fires(patterns, "[domain-name:value LIKE 'proxy%']", event)).isTrue();
        assertThat(patterns.judge(StixIndicator.of("[software:name = 'x']", new Rule.Place("f", 1)))
                        .text())
                .isEqualTo("valid: indicator");
        assertThat(patterns.judge(StixIndicator.of("[url:value = 'http://a.example/']", new Rule.Place("f", 1)))
                        .text())
                .isEqualTo("valid: rule");
    }

    private static boolean fires(StixPatterns patterns, String pattern, ProxyEvent event) {
        Judgement judgement = patterns.judge(StixIndicator.of(pattern, new Rule.Place("f", 1)));
        return Fired.holds(((Judgement.OneEvent) judgement).rule(), event);
    }

    @Test
    void whatIsWrongIsSaidWithFileAndLine() {
        refused(
                "objects:\n  url:\n    - value: url.full\n    - value: url.fall",
                4,
                "'url.fall' names no field of an event; expected for example url.domain as host");
        refused(
                "objects: {url: [{value: url.full as uri}]}",
                1,
                "'url.full as uri' names no form of one; expected for example url.domain as host");
        refused(
                "objects: {url: [{'va-lue[': url.full}]}",
                1,
                "'url:va-lue[' is not a path of an object: column 5: expected quotes: 'va-lue', not va-lue");
        refused(
                "objects: [1]",
                1,
                "objects is a list; expected names with what they mean, for example value: url.full");
        refused(
                "objects: {}\nindex: {'url:value': uri7}",
                2,
                "url:value: 'uri7' is not a type of indicators; expected for example domain, or none");
        refused("fields: {}", 1, "the key fields is not known; expected objects or index");
        refused("objects: {url: [1]}", 1, "an object of url is the number 1; expected properties and fields");
        refused("objects: {url: 1,\n url: 2}", 2, "the key url is there twice, first in line 1");
        refused("objects: {", 1, "not YAML: ");
    }

    private void refused(String text, int line, String reason) {
        assertThatThrownBy(() -> with(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(folder.resolve("objects.yaml") + ":" + line + ": " + reason)
                .hasMessageNotContaining("\n");
    }
}
