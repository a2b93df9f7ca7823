/** Finds the columns of a line: one class a grammar, each compiled once from what a declaration or a server's configuration says. */
@NullMarked
package io.trawl.parsing.grammar;

import org.jspecify.annotations.NullMarked;
