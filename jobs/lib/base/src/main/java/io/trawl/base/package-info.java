/** What every job needs whatever it does: settings, sources, windows, the state folder, failures, JSON, times. */
@NullMarked
package io.trawl.base;

import org.jspecify.annotations.NullMarked;
