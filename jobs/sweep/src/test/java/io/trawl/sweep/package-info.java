/**
 * The jobs one after the other, on a lake in a folder.
 *
 * <p>More classes than other packages, since each class holds one promise of the jobs, and a part of them is what such tests
 * share.
 */
package io.trawl.sweep;
