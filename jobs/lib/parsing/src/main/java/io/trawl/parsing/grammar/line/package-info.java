/** Lines of columns with fixed texts between them, as the format string of a server says. */
@NullMarked
package io.trawl.parsing.grammar.line;

import org.jspecify.annotations.NullMarked;
