/** The local stack: real servers as child processes on 127.0.0.1, for bin/trawl up and for the integration tests. */
package io.trawl.stack;
