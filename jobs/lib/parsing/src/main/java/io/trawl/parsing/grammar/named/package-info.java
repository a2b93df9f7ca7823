/** Lines that name their columns: pairs of key and value in all their forms, and JSON. */
@NullMarked
package io.trawl.parsing.grammar.named;

import org.jspecify.annotations.NullMarked;
