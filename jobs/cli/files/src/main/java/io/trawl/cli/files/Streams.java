package io.trawl.cli.files;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param progress whether standard error is a terminal, which is told how far the command is
 */
record Streams(InputStream in, OutputStream out, PrintStream err, boolean progress) {}
