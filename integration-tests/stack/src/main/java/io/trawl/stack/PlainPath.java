package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.UUID;

/**
 * Gives a folder a name that every server can work with. A DataNode does not start where its path has a blank, nor does
 * Spark find a jar there; so such a folder is reached through a link in a folder of this user's.
 */
final class PlainPath {
    private PlainPath() {}

    /** The folder itself where its name is plain, else a link to it. */
    static Path of(Path folder) {
        if (folder.toString().matches("[A-Za-z0-9._/-]+")) {
            return folder;
        }
        String name = UUID.nameUUIDFromBytes(folder.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
        try {
            Path link = links().resolve(name);
            try {
                Files.createSymbolicLink(link, folder);
            } catch (FileAlreadyExistsException e) {
                if (!Files.readSymbolicLink(link).equals(folder)) {
                    throw new IllegalArgumentException(link + " is in the way: remove it", e);
                }
            }
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path links() throws IOException {
        String user = System.getProperty("user.name").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
        Path links = Path.of("/tmp", "trawl-" + user);
        try {
            Files.createDirectory(
                    links, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // /tmp is everybody's: a link of somebody else would lead our servers elsewhere.
            if (!Files.isDirectory(links, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getOwner(links, LinkOption.NOFOLLOW_LINKS)
                            .getName()
                            .equals(System.getProperty("user.name"))) {
                throw new IllegalArgumentException(links + " is not a folder of yours: remove it", e);
            }
        }
        return links;
    }
}
