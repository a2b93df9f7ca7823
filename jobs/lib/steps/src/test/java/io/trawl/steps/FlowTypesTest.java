package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the compiler has to say of a chain. */
class FlowTypesTest {
    @TempDir
    Path folder;

    @Test
    void aRightChainCompiles() {
        assertThat(
                        errors(
                                "lines.into(raw).then(parse(squid)).then(expect(ProxyEvent.class)).into(events).rejectsInto(invalid)"
                                        + ".flatMap(\"words\", e -> List.of(e.getUrlDomain(), e.getUrlPath()).iterator())"
                                        + ".filter(\"some\", word -> !word.isEmpty()).map(\"lengths\", word -> word.length()).into(numbers).into(anything)"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // What once compiled and failed in a task.
                "texts.then(parse(squid))                       | Step<RawLine,ProxyEvent> cannot be converted to Step<? super String",
                "texts.then(expect(ProxyEvent.class))           | inference variable T has incompatible bounds",
                "lines.then(expect(ProxyEvent.class))           | inference variable T has incompatible bounds",
                "lines.then(engine)                             | Step<ProxyEvent,Detection> cannot be converted to Step<? super RawLine",
                "lines.then(parse(squid)).then(parse(squid))    | Step<RawLine,ProxyEvent> cannot be converted to Step<? super ProxyEvent",
                "lines.then(expect(String.class))               | inference variable T has incompatible bounds",
                // A store takes what flows there.
                "lines.into(events)                             | Store<ProxyEvent> cannot be converted to Store<? super RawLine",
                "lines.then(parse(squid)).into(raw)             | Store<RawLine> cannot be converted to Store<? super ProxyEvent",
                "lines.rejectsInto(events)                      | Store<ProxyEvent> cannot be converted to Store<InvalidRecord>",
                // A lambda knows what it is given, and the next stage what it gives.
                "texts.map(`n`, text -> text.getUrlDomain())    | cannot find symbol",
                "texts.filter(`n`, text -> text.length())       | bad return type in lambda expression",
                "texts.map(`n`, text -> text.length()).into(texting) | Store<String> cannot be converted to Store<? super Integer",
                "texts.flatMap(`n`, text -> text.length())      | bad return type in lambda expression",
                // What has no name has no place in tally and messages.
                "texts.then((text, out) -> out.emit(text))      | Step is not a functional interface",
                "texts.map(text -> text.length())               | method map in class Flow<T> cannot be applied to given types",
                "Flow.of(`one`)                                 | no suitable method found for of(String)",
                "Flow.<String>of(List.of(1))                    | no suitable method found for of(List<Integer>)",
            })
    void aWrongChainDoesNot(String chain, String error) {
        assertThat(errors(chain.replace('`', '"'))).as(chain).contains(error);
    }

    /** The compiler's errors on a chain, each its whole text; empty where it has none. */
    private String errors(String chain) {
        String code = """
                package example;
                import static io.trawl.steps.Steps.*;
                import io.trawl.flow.*;
                import io.trawl.record.*;
                import java.util.List;
                class Chain {
                    void chain(Flow<RawLine> lines, Flow<String> texts, io.trawl.parsing.Parser squid,
                            Step<ProxyEvent, Detection> engine, Store<RawLine> raw, Store<ProxyEvent> events,
                            Store<InvalidRecord> invalid, Store<Integer> numbers, Store<Object> anything,
                            Store<String> texting) {
                        Flow<?> flow = %s;
                    }
                }
                """.formatted(chain);
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        null,
                        null,
                        said,
                        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        List.of(new Source(code)))
                .call();
        StringBuilder errors = new StringBuilder();
        for (Diagnostic<?> one : said.getDiagnostics()) {
            if (one.getKind() == Diagnostic.Kind.ERROR) {
                errors.append(one.getMessage(Locale.ENGLISH)).append('\n');
            }
        }
        assertThat(compiled).isEqualTo(errors.isEmpty());
        // Without packages.
        return errors.toString().replaceAll("(?:[a-z]\\w*\\.)+(?=[A-Z])", "");
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String code) {
            super(URI.create("string:///example/Chain.java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
