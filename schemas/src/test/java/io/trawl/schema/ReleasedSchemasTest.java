package io.trawl.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was written with a released schema is readable with the current one, whichever release it was. */
class ReleasedSchemasTest {
    private static final Path MODULE = Path.of(System.getProperty("trawl.home"), "schemas");
    private static final Path CURRENT = MODULE.resolve("src/main/avro");
    private static final Path RELEASED = MODULE.resolve("released");

    private static List<Path> schemas(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".avsc"))
                    .sorted()
                    .toList();
        }
    }

    private static Schema parse(Path file) throws IOException {
        return new Schema.Parser().parse(file.toFile());
    }

    private static String text(String name) throws IOException {
        return Files.readString(CURRENT.resolve(name + ".avsc"));
    }

    /** Jobs write the number into lake.ledger and lake.invalid_records. */
    @Test
    void jobsNameTheNewestRelease() throws IOException {
        try (Stream<Path> folders = Files.list(RELEASED)) {
            assertThat(folders.filter(Files::isDirectory)
                            .mapToInt(folder -> Integer.parseInt(
                                    folder.getFileName().toString().substring(1)))
                            .max())
                    .hasValue(SchemaVersion.NEWEST);
        }
        assertThat(SchemaVersion.ofEvents()).isEqualTo(ProxyEvent.SCHEMA$.getName() + "/" + SchemaVersion.NEWEST);
    }

    @Test
    void everyCurrentSchemaReadsWhatEveryReleasedOneWrote() throws IOException {
        List<String> breaks = new ArrayList<>();
        List<Path> released = schemas(RELEASED);
        assertThat(released).isNotEmpty();
        for (Path old : released) {
            String version = RELEASED.relativize(old).getName(0).toString();
            Path current = CURRENT.resolve(old.getFileName());
            if (!Files.exists(current)) {
                breaks.add(version + ": " + old.getFileName() + " was released and is gone");
                continue;
            }
            Compatibility.breaks(parse(current), parse(old)).forEach(one -> breaks.add(version + ": " + one));
        }
        assertThat(breaks).isEmpty();
    }

    /** A job of an older version may still run while a newer one writes. */
    @Test
    void everyReleasedSchemaReadsWhatTheCurrentOnesWrite() throws IOException {
        for (Path old : schemas(RELEASED)) {
            Schema writer = parse(CURRENT.resolve(old.getFileName()));
            assertThat(SchemaCompatibility.checkReaderWriterCompatibility(parse(old), writer)
                            .getResult()
                            .getIncompatibilities())
                    .as(RELEASED.relativize(old).toString())
                    .isEmpty();
        }
    }

    @Test
    void anEventOfTheFirstVersionIsReadAndItsNewFieldsAreNull() throws IOException {
        Schema first = parse(RELEASED.resolve("v1/ProxyEvent.avsc"));
        GenericRecord old = new GenericData.Record(first);
        for (Schema.Field field : first.getFields()) {
            old.put(field.pos(), value(field.schema()));
        }
        GenericRecord read = copied(old, first, ProxyEvent.SCHEMA$);
        for (Schema.Field field : ProxyEvent.SCHEMA$.getFields()) {
            Schema.Field known = first.getField(field.name());
            assertThat(read.get(field.pos()))
                    .as(field.name())
                    .isEqualTo(known == null ? null : text(old.get(known.pos())));
        }
        assertThat(ProxyEvent.SCHEMA$.getFields())
                .hasSizeGreaterThan(first.getFields().size());
    }

    @Test
    void theFirstVersionReadsAnEventOfToday() throws IOException {
        Schema first = parse(RELEASED.resolve("v1/ProxyEvent.avsc"));
        GenericRecord event = new GenericData.Record(ProxyEvent.SCHEMA$);
        for (Schema.Field field : ProxyEvent.SCHEMA$.getFields()) {
            event.put(field.pos(), value(field.schema()));
        }
        GenericRecord read = copied(event, ProxyEvent.SCHEMA$, first);
        for (Schema.Field field : first.getFields()) {
            assertThat(read.get(field.pos())).as(field.name()).isEqualTo(text(event.get(field.name())));
        }
    }

    private static Object value(Schema schema) {
        Schema present = schema.isUnion() ? schema.getTypes().get(1) : schema;
        return switch (present.getType()) {
            case STRING -> "text";
            case INT -> 200;
            default -> 1_700_000_000_000_000L;
        };
    }

    /** Text as the reader gives it. */
    private static Object text(Object value) {
        return value instanceof String text ? new Utf8(text) : value;
    }

    /** A record as it is written with one schema and read with another. */
    private static GenericRecord copied(GenericRecord record, Schema writer, Schema reader) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(writer).write(record, encoder);
        encoder.flush();
        GenericDatumReader<GenericRecord> in = new GenericDatumReader<>(plain(writer), plain(reader));
        return in.read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
    }

    /** Without Java's property of texts: a text is then Utf8, whichever class was generated. */
    private static Schema plain(Schema schema) {
        return new Schema.Parser().parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));
    }

    @Test
    void everyReleaseHoldsWhatTheOneBeforeItHeld() throws IOException {
        assertThat(RELEASED.resolve("v1")).isDirectory();
        List<String> first = names(RELEASED.resolve("v1"));
        assertThat(first).contains("ProxyEvent.avsc", "RawLine.avsc", "Detection.avsc", "Indicator.avsc");
        try (Stream<Path> versions = Files.list(RELEASED)) {
            for (Path version : versions.filter(Files::isDirectory).toList()) {
                assertThat(version.getFileName().toString()).matches("v[1-9][0-9]*");
                assertThat(names(version)).containsAll(first);
            }
        }
    }

    private static List<String> names(Path folder) throws IOException {
        return schemas(folder).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    @Test
    void aReleasedFileNeverChanges() throws Exception {
        Map<String, String> listed = new LinkedHashMap<>();
        for (String line : Files.readAllLines(RELEASED.resolve("SHA256SUMS"))) {
            assertThat(line).matches("[0-9a-f]{64}  v[0-9]+/\\w+\\.avsc");
            assertThat(listed.put(line.substring(66), line.substring(0, 64)))
                    .as("listed twice: " + line)
                    .isNull();
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (Path file : schemas(RELEASED)) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            found.put(
                    RELEASED.relativize(file).toString().replace('\\', '/'),
                    HexFormat.of().formatHex(digest));
        }
        assertThat(found).isEqualTo(listed);
    }

    static Stream<Arguments> breakingChanges() {
        return Stream.of(
                change(
                        "a required field is gone",
                        "ProxyEvent",
                        text -> without(text, "timestamp"),
                        "record ProxyEvent, field timestamp: it was released and is gone"),
                change(
                        "an optional field is gone",
                        "ProxyEvent",
                        text -> without(text, "url_domain"),
                        "record ProxyEvent, field url_domain: it was released and is gone"),
                change(
                        "a type is narrower",
                        "RawLine",
                        text -> text.replace(
                                "{\"name\": \"offset\", \"type\": \"long\"",
                                "{\"name\": \"offset\", \"type\": \"int\""),
                        "record RawLine, field offset: TYPE_MISMATCH"),
                change(
                        "an optional type is narrower",
                        "ProxyEvent",
                        text -> text.replace(
                                "\"http_response_bytes\", \"type\": [\"null\", \"long\"]",
                                "\"http_response_bytes\", \"type\": [\"null\", \"int\"]"),
                        "record ProxyEvent, field http_response_bytes: MISSING_UNION_BRANCH"),
                change(
                        "a field has another name",
                        "Detection",
                        text -> text.replace("\"name\": \"how\"", "\"name\": \"manner\""),
                        "record Detection, field manner: it is new and has no default"),
                change(
                        "an optional field has another name",
                        "Detection",
                        text -> text.replace("\"name\": \"client\"", "\"name\": \"source_client\""),
                        "record Detection, field client: it was released and is gone"),
                change(
                        "a new field has no default",
                        "Indicator",
                        text -> text.replace(
                                "\"fields\": [",
                                "\"fields\": [{\"name\": \"extra\", \"type\": \"string\", \"doc\": \"new\"},"),
                        "record Indicator, field extra: it is new and has no default"),
                change(
                        "an optional field is required",
                        "Detection",
                        text -> text.replace(
                                "\"feed\", \"type\": [\"null\", \"string\"], \"default\": null",
                                "\"feed\", \"type\": \"string\""),
                        "record Detection, field feed: TYPE_MISMATCH"),
                change(
                        "a time has another unit",
                        "Detection",
                        text -> text.replace("timestamp-micros", "timestamp-millis"),
                        "record Detection, field window: its logical type was timestamp-micros and is timestamp-millis"),
                change(
                        "a field of a record in a list is gone",
                        "LedgerEntry",
                        text -> text.replace(
                                "{\"name\": \"from\", \"type\": \"long\", \"doc\": \"First offset\"},", ""),
                        "record OffsetSpan, field from: it was released and is gone"),
                change(
                        "a record has another name",
                        "Observable",
                        text -> text.replace("\"name\": \"ClientSightings\"", "\"name\": \"Sightings\""),
                        "record Observable, field clients: NAME_MISMATCH"));
    }

    private static Arguments change(String what, String schema, UnaryOperator<String> change, String names) {
        return Arguments.of(what, schema, change, names);
    }

    private static String without(String text, String field) {
        return text.replaceAll("\\n    \\{\"name\": \"" + field + "\",[^\\n]*", "");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breakingChanges")
    void aBreakingChangeIsRefusedWithRecordAndField(
            String what, String name, UnaryOperator<String> change, String names) throws IOException {
        String released = text(name);
        String changed = change.apply(released);
        assertThat(changed).as("the change has to change something").isNotEqualTo(released);
        List<String> breaks =
                Compatibility.breaks(new Schema.Parser().parse(changed), new Schema.Parser().parse(released));
        assertThat(breaks).anySatisfy(one -> assertThat(one).startsWith(names));
    }

    @Test
    void whatAddsAndWidensIsNoBreak() throws IOException {
        String released = text("Detection");
        String changed = released.replace(
                        "{\"name\": \"partition\", \"type\": \"int\"", "{\"name\": \"partition\", \"type\": \"long\"")
                .replace(
                        "\"fields\": [",
                        "\"fields\": [{\"name\": \"extra\", \"type\": [\"null\", \"string\"], \"default\": null, \"doc\": \"new\"},");
        assertThat(changed).isNotEqualTo(released);
        assertThat(Compatibility.breaks(new Schema.Parser().parse(changed), new Schema.Parser().parse(released)))
                .isEmpty();
    }

    @Test
    void everyRecordAndFieldIsExplained() throws IOException {
        List<Path> files = schemas(CURRENT);
        assertThat(files).hasSizeGreaterThanOrEqualTo(8);
        List<String> unexplained = new ArrayList<>();
        for (Path file : files) {
            Schema schema = parse(file);
            assertThat(file).hasFileName(schema.getName() + ".avsc");
            unexplained(schema, unexplained);
        }
        assertThat(unexplained).isEmpty();
    }

    private static void unexplained(Schema schema, List<String> into) {
        switch (schema.getType()) {
            case RECORD -> {
                if (schema.getDoc() == null || schema.getDoc().isBlank()) {
                    into.add("record " + schema.getName());
                }
                for (Schema.Field field : schema.getFields()) {
                    if (field.doc() == null || field.doc().isBlank()) {
                        into.add("record " + schema.getName() + ", field " + field.name());
                    }
                    unexplained(field.schema(), into);
                }
            }
            case ARRAY -> unexplained(schema.getElementType(), into);
            case MAP -> unexplained(schema.getValueType(), into);
            case UNION -> schema.getTypes().forEach(one -> unexplained(one, into));
            default -> {}
        }
    }

    @Test
    void everyExpectationCanBeChecked() throws IOException {
        for (Path file : schemas(CURRENT)) {
            assertThat(Expectations.of(parse(file))).as(file.toString()).isNotNull();
        }
    }

    @Test
    void anOptionalFieldDefaultsToNull() throws IOException {
        for (Path file : schemas(CURRENT)) {
            for (Schema.Field field : parse(file).getFields()) {
                if (field.schema().isNullable()) {
                    assertThat(field.hasDefaultValue())
                            .as(file + " " + field.name())
                            .isTrue();
                    assertThat(field.schema().getTypes().get(0).getType()).isEqualTo(Schema.Type.NULL);
                }
            }
        }
    }
}
