/** Words that records have as text, for the compiler: the texts are what lake, HBase, topics and JSON have, and stay as they are. */
@NullMarked
package io.trawl.schema.word;

import org.jspecify.annotations.NullMarked;
