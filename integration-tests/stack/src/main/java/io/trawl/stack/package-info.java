/**
 * The local stack: real servers as child processes on 127.0.0.1, for bin/trawl up and for the integration tests.
 *
 * <p>More classes than other packages, since each server is one, and all of them, their start and their watch share what
 * nobody else may see.
 */
package io.trawl.stack;
