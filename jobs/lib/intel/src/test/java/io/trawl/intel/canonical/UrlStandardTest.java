package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cases of the web platform's URL tests that a log can have: absolute, http or https. */
class UrlStandardTest {
    @Test
    void hostsAreWhatTheUrlStandardSays() throws IOException {
        int agree = 0;
        List<String> differ = new ArrayList<>();
        for (JsonNode test :
                new ObjectMapper().readTree(Corpora.path("url/urltestdata.json").toFile())) {
            String input = test.path("input").asText();
            if (!test.isObject()
                    || !test.path("base").isNull()
                            && !test.path("base").asText().equals("about:blank")
                    || !input.strip().matches("(?is)\\W*https?:.*")) {
                continue;
            }
            Canonical.Url url = Canonical.parseUrl(input);
            if (test.path("failure").asBoolean()) {
                if (url == null) {
                    agree++;
                } else {
                    differ.add("fails there: " + input + " -> " + url);
                }
                continue;
            }
            // What the standard makes of it must become the same as what was given.
            Canonical.Url expected = Canonical.parseUrl(test.path("href").asText());
            String host = test.path("hostname").asText();
            String canonical = Canonical.host(host).canonical();
            if (url != null && url.equals(expected) && url.host().equals(canonical)) {
                agree++;
            } else {
                differ.add(input + " -> " + url + ", there " + test.path("href").asText());
            }
        }

        // DNS has no empty labels: what only dots tell apart is one host here, or none.
        assertThat(differ)
                .containsExactlyInAnyOrder(
                        "http://./ -> null, there http://./",
                        "http://../ -> null, there http://../",
                        "http://foo.09.. -> null, there http://foo.09../");
        assertThat(agree).isGreaterThan(270);
    }
}
