/** Which format lines are in: the reader of a format with the state of a W3C log, detection, and drafts of new formats. */
@NullMarked
package io.trawl.cli.files.format;

import org.jspecify.annotations.NullMarked;
