/** Formats as declarations: a file each, read, checked and compiled into a parser. */
@NullMarked
package io.trawl.parsing.format;

import org.jspecify.annotations.NullMarked;
