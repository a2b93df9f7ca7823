/** The commands that need no cluster: files and standard input in, one JSON object a line out. Free of Spark. */
@NullMarked
package io.trawl.cli.files;

import org.jspecify.annotations.NullMarked;
