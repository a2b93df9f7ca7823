package io.trawl.cli.files;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.cli.files.terminal.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a command printed, and how it ended. */
public record Ran(int status, byte[] bytes, String err) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public static Ran of(byte[] stdin, String... args) {
        return of(new ByteArrayInputStream(stdin), args);
    }

    public static Ran of(InputStream stdin, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status =
                Terminal.run(args, new Streams(stdin, out, new PrintStream(err, true, StandardCharsets.UTF_8), false));
        return new Ran(status, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** The output as text, which is UTF-8 whatever came in. */
    public String out() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("the output is not UTF-8", e);
        }
    }

    /** The output, each line of it JSON. */
    public List<JsonNode> json() {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : out().lines().toList()) {
            try {
                objects.add(JSON.readTree(line));
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + line, e);
            }
        }
        return objects;
    }
}
