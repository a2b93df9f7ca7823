package io.trawl.intel.rule.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    @Test
    void severalDocumentsKnowTheirLines() {
        Documents read = Documents.read("a.yml", "a: 1\n---\n# nothing\n---\nb:\n  - x\n  - c: y\n");
        assertThat(read.refused()).isEmpty();
        assertThat(read.documents()).extracting(Document::line).containsExactly(1, 5);
        Node b = read.documents().get(1).get("b");
        assertThat(b).hasToString("[\"x\", {\"c\": \"y\"}]");
        assertThat(((Node.Sequence) b).items()).extracting(Node::line).containsExactly(6, 7);
    }

    @Test
    void aKeyThatIsThereTwiceIsRefusedInItsLineAndTheNextDocumentIsRead() {
        Documents read = Documents.read("a.yml", "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n---\na: 2\n");
        assertThat(read.refused())
                .extracting(Refusal::getMessage)
                .containsExactly("a.yml:5: the key c is there twice, first in line 3");
        assertThat(read.documents()).hasSize(1);
    }

    @Test
    void brokenSyntaxIsRefusedInItsLineAndWhatIsBeforeItIsRead() {
        Documents read = Documents.read("a.yml", "a: 1\n---\nb: [1\nc: 2\n");
        assertThat(read.documents()).hasSize(1);
        assertThat(read.refused()).singleElement().satisfies(refusal -> {
            assertThat(refusal.line()).isEqualTo(4);
            assertThat(refusal.reason()).startsWith("not YAML: ");
        });
    }

    @Test
    void aDocumentThatIsNoMapIsRefused() {
        assertThat(Documents.read("a.yml", "- a\n").refused())
                .extracting(Refusal::getMessage)
                .containsExactly("a.yml:1: the document is a list; expected keys and values");
    }

    @Test
    void scalarsAreTypedByYaml12() {
        assertThat(
                        types(
                                "a: [~, null, '', true, FALSE, yes, 1, 0x10, 0o17, 017, 1.5, .5, 1e3, .inf, '1', 2026-11-30, !!str 1]"))
                .containsExactly(
                        Type.NULL,
                        Type.NULL,
                        Type.TEXT,
                        Type.BOOLEAN,
                        Type.BOOLEAN,
                        Type.TEXT,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.NUMBER,
                        Type.TEXT,
                        Type.TEXT,
                        Type.TEXT);
        List<Scalar> numbers = scalars("a: [0x10, 0o17, 017, 1.50, 1e3, .inf, 1e999, 1e-999999999]");
        assertThat(numbers.stream()
                        .map(number -> number.number() == null
                                ? "none"
                                : number.number().toPlainString()))
                .containsExactly("16", "15", "17", "1.5", "1000", "none", "none", "0");
    }

    @Test
    void anUnknownTagIsRefused() {
        assertThat(Documents.read("a.yml", "a: 1\nb: !!python/object:os.system x\n")
                        .refused())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.getMessage()).startsWith("a.yml:2: the tag "));
        assertThat(Documents.read("a.yml", "b: !!int x\n").refused()).hasSize(1);
    }

    @Test
    void aliasesAndMergedKeysAreRead() {
        Documents read = Documents.read("a.yml", "a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  k: 3\n");
        assertThat(read.refused()).isEmpty();
        assertThat(read.documents().get(0).get("b")).hasToString("{\"k\": 1, \"l\": 2}");
        assertThat(read.documents().get(0).get("c")).hasToString("{\"k\": 3, \"l\": 2}");
    }

    @Test
    void aliasesThatGrowWithoutEndAreRefused() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            laughs.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ", ").repeat(9) + "x]\n");
        }
        assertThat(Documents.read("a.yml", laughs.toString()).refused())
                .extracting(Refusal::getMessage)
                .containsExactly("a.yml:5: aliases make the document too large");
        assertThat(Documents.read("a.yml", "a: &a [*a]\n").refused())
                .extracting(Refusal::reason)
                .containsExactly("the alias *a is within its own anchor");
        assertThat(Documents.read("a.yml", "a: *b\n").refused())
                .extracting(Refusal::reason)
                .containsExactly("the alias *b has no anchor &b above it");
    }

    @Test
    void whatIsNestedWithoutEndIsRefused() {
        Documents read =
                Documents.read("a.yml", "a: 1\n---\nb: " + "[".repeat(1_000_000) + "]".repeat(1_000_000) + "\n");
        assertThat(read.documents()).hasSize(1);
        assertThat(read.refused())
                .extracting(Refusal::getMessage)
                .containsExactly("a.yml:3: nested deeper than 64 levels");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        byte[] latin = "a: \u00e4".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Documents.read("a.yml", latin).refused())
                .extracting(Refusal::getMessage)
                .containsExactly("a.yml:1: not UTF-8; save the file as UTF-8");
        byte[] marked = "\ufeffa: 1".getBytes(StandardCharsets.UTF_8);
        assertThat(Documents.read("a.yml", marked).documents()).hasSize(1);
    }

    @Test
    void aReasonHasNothingThatMovesATerminal() {
        assertThat(new Refusal("a.yml", 1, "x\u001b[2J\r\n\u202ey")).hasMessage("a.yml:1: x [2J   y");
    }

    private static List<Type> types(String text) {
        return scalars(text).stream().map(Scalar::type).toList();
    }

    private static List<Scalar> scalars(String text) {
        Documents read = Documents.read("a.yml", text);
        assertThat(read.refused()).isEmpty();
        Mapping root = read.documents().get(0).root();
        return ((Node.Sequence) root.entries().get(0).value())
                .items().stream().map(Scalar.class::cast).toList();
    }
}
