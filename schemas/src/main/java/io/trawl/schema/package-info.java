/** Expectations that are in an Avro schema besides the type, and their check. */
@NullMarked
package io.trawl.schema;

import org.jspecify.annotations.NullMarked;
