/** Look-alikes and hosts that are none as rules: they judge the hosts of an event and say why. */
@NullMarked
package io.trawl.intel.lookalike.rules;

import org.jspecify.annotations.NullMarked;
