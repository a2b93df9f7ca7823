/** The Iceberg tables: catalogs, schemas, commits, the ledger, and how far back a window can be rerun. */
@NullMarked
package io.trawl.lake;

import org.jspecify.annotations.NullMarked;
