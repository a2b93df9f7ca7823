/** The tables in HBase: keys, cells, and who writes, reads and deletes them (docs/hbase.md). */
@NullMarked
package io.trawl.hbase;

import org.jspecify.annotations.NullMarked;
