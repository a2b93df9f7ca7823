/** A job as a program: its command line, its Spark, its windows, its report, and what a run leaves behind. */
@NullMarked
package io.trawl.run;

import org.jspecify.annotations.NullMarked;
