/**
 * Rules: what one event decides, as a tree over tests of its fields, and how a set of rules judges an event. Sigma and
 * STIX patterns are read into it by packages of their own.
 */
@NullMarked
package io.trawl.intel.rule;

import org.jspecify.annotations.NullMarked;
