/** What finds the columns of a line: compiled once from what a declaration or a server's configuration says. A room for each kind of line. */
@NullMarked
package io.trawl.parsing.grammar;

import org.jspecify.annotations.NullMarked;
