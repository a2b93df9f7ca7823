/** Lines, records and the help of commands for the tests of several modules; nothing that runs knows it. */
@NullMarked
package io.trawl.testing;

import org.jspecify.annotations.NullMarked;
