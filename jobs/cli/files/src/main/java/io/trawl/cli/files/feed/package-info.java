/** Reads feeds, allowlists and indexes of indicators. */
@NullMarked
package io.trawl.cli.files.feed;

import org.jspecify.annotations.NullMarked;
