/** Files and folders of rules, of whatever language. */
@NullMarked
package io.trawl.intel.rule.files;

import org.jspecify.annotations.NullMarked;
