/**
 * STIX 2.1 patterns (OASIS standard, section 9): their reader, what each is for a sweep (a rule, indicators of the index, a
 * correlation, or nothing that logs can say), and how their objects lie in an event's fields.
 */
@NullMarked
package io.trawl.intel.rule.stix;

import org.jspecify.annotations.NullMarked;
