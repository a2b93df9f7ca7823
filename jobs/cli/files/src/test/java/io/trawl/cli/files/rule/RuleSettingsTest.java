package io.trawl.cli.files.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.cli.files.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings rules.* as bin/trawl hands them over. */
class RuleSettingsTest {
    private static final String RULE = """
            title: Admin
            id: 44444444-4444-4444-8444-444444444444
            logsource: {category: proxy}
            detection:
              sel: {our-user|expand: '%Admins%'}
              condition: sel
            """;
    private static final String MISUSE = "[domain-name:value = 'a.example' AND network-traffic:dst_port = 8443]\n";
    private static final String LOG =
            "1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/ root HIER_DIRECT/192.0.2.7 -\n"
                    + "1700000001.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/ joe HIER_DIRECT/192.0.2.7 -\n";

    @TempDir
    Path folder;

    private Path rules;
    private String log;

    @BeforeEach
    void files() throws IOException {
        rules = Files.createDirectory(folder.resolve("our rules"));
        Files.writeString(rules.resolve("admin.yml"), RULE);
        Files.writeString(rules.resolve("port.stix"), MISUSE);
        log = Files.writeString(folder.resolve("access.log"), LOG).toString();
        set("placeholders", file("placeholders.yml", "Admins: [root]\n"));
        set("fields", file("fields.yml", "fields:\n  our-user: source.user.name\n"));
        set("stix.misuse", "true");
    }

    @AfterEach
    void forget() {
        for (String name : new String[] {"folder", "placeholders", "fields", "stix.misuse"}) {
            System.clearProperty("trawl.rules." + name);
        }
    }

    private static void set(String name, String value) {
        System.setProperty("trawl.rules." + name, value);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void hold() throws IOException {
        for (String named :
                new String[] {rules.toString(), "file:" + rules, "file://" + rules, "FILE://localhost" + rules}) {
            set("folder", named);
            Ran check = Ran.of(new byte[0], "rules", "check");
            assertThat(check.err()).isEmpty();
            assertThat(check.status()).isZero();
            assertThat(check.json()).hasSize(2).allMatch(one -> one.has("valid"));
        }
        Ran match = Ran.of(new byte[0], "match", "--format", "squid", log);
        assertThat(match.err()).isEmpty();
        assertThat(match.json()).hasSize(1);
        assertThat(match.json().get(0).path("line").asInt()).isEqualTo(1);
    }

    @Test
    void anOptionTakesPrecedence() throws IOException {
        Ran match = Ran.of(
                new byte[0],
                "match",
                "--format",
                "squid",
                "--rules=" + rules,
                "--placeholders=" + file("others.yml", "Admins: [joe]\n"),
                log);
        assertThat(match.json()).hasSize(1);
        assertThat(match.json().get(0).path("line").asInt()).isEqualTo(2);
    }

    @Test
    void withoutThemTheRulesAreRefused() {
        forget();
        Ran check = Ran.of(new byte[0], "rules", "check", rules.toString());
        assertThat(check.json()).hasSize(2).allMatch(one -> one.has("refused"));
        assertThat(Ran.of(new byte[0], "match", "--format", "squid", log).err())
                .isEqualTo(
                        "trawl match: --indicators, --index and --rules are missing: expected one of them, for example"
                                + " --indicators feed.txt\n");
    }

    @Test
    void whatIsOnAnotherFileSystemIsSaidInOneLine() {
        set("folder", "hdfs://namenode/rules");
        assertThat(Ran.of(new byte[0], "rules", "list").err())
                .isEqualTo("trawl rules: setting rules.folder = hdfs://namenode/rules cannot be read here:"
                        + " name a copy of it on this machine, for example rules/\n");
        set("placeholders", "hdfs://namenode/placeholders.yml");
        Ran check = Ran.of(new byte[0], "rules", "check", rules.toString());
        assertThat(check.err())
                .isEqualTo("trawl: setting rules.placeholders = hdfs://namenode/placeholders.yml is not known here:"
                        + " --placeholders names a copy of it on this machine\n");
        assertThat(check.json()).hasSize(2);
    }

    @Test
    void aSettingThatIsWrongIsNamed() {
        set("fields", folder + "/gone.yml");
        assertThat(Ran.of(new byte[0], "rules", "check", rules.toString()).err())
                .isEqualTo("trawl rules: setting rules.fields = " + folder + "/gone.yml: no such file\n");
        forget();
        set("stix.misuse", "yes");
        assertThat(Ran.of(new byte[0], "rules", "check", rules.toString()).err())
                .isEqualTo("trawl rules: setting rules.stix.misuse = yes: expected true or false\n");
    }
}
