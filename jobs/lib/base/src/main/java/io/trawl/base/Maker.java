package io.trawl.base;

import java.io.Serializable;

/** Makes an empty record. */
@FunctionalInterface
public interface Maker<T> extends Serializable {
    T make();
}
