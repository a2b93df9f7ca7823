/** Rules at a terminal: which ones there are, what they are worth, and what they find in a log. */
@NullMarked
package io.trawl.cli.files.rule;

import org.jspecify.annotations.NullMarked;
