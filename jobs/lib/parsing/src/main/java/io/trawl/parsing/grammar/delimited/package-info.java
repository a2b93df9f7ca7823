/** Lines whose columns are known by their place, a character between them. */
@NullMarked
package io.trawl.parsing.grammar.delimited;

import org.jspecify.annotations.NullMarked;
