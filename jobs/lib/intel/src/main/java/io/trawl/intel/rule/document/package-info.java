/** YAML documents as trees of nodes that know their lines, so that each error says where it is. */
@NullMarked
package io.trawl.intel.rule.document;

import org.jspecify.annotations.NullMarked;
