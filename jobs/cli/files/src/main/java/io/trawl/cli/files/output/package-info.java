/** What a command prints: JSON, tables, and events under the names of ECS. */
@NullMarked
package io.trawl.cli.files.output;

import org.jspecify.annotations.NullMarked;
