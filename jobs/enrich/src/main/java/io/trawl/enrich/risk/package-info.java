/** What is weak alone, added up by client and day. */
@NullMarked
package io.trawl.enrich.risk;

import org.jspecify.annotations.NullMarked;
