/** Texts, addresses and targets, as every parser reads them; no API. */
@NullMarked
package io.trawl.parsing.internal;

import org.jspecify.annotations.NullMarked;
