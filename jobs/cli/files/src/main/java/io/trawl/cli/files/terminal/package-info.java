/** What a command has from its caller: words, streams and the inputs that they name. */
@NullMarked
package io.trawl.cli.files.terminal;

import org.jspecify.annotations.NullMarked;
