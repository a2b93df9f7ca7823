/** Text to events: one class a format, no Spark. A parser works on bytes, never throws, and says what is wrong as data. */
@NullMarked
package io.trawl.parsing;

import org.jspecify.annotations.NullMarked;
