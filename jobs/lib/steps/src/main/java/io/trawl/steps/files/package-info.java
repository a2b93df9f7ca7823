/** Files that options and settings name, as files of this machine. */
@NullMarked
package io.trawl.steps.files;

import org.jspecify.annotations.NullMarked;
