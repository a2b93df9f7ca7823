package io.trawl.steps.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file of this machine, and its SHA-256 in hexadecimal. */
public record LocalFile(Path path, String digest) {
    /** What writes it. */
    public interface Content {
        void to(OutputStream out) throws IOException;
    }

    public static LocalFile write(Path path, Content content) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
        try (OutputStream out =
                new BufferedOutputStream(new DigestOutputStream(Files.newOutputStream(path), digest), 1 << 20)) {
            content.to(out);
        }
        return new LocalFile(path, HexFormat.of().formatHex(digest.digest()));
    }
}
