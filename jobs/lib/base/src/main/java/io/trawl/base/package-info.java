/** Sources, steps, stores and windows: the thin layer between Trawl's pure code and Spark, Kafka, Iceberg and HBase. */
@NullMarked
package io.trawl.base;

import org.jspecify.annotations.NullMarked;
