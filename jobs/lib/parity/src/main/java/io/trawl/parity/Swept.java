package io.trawl.parity;

import io.trawl.record.OffsetSpan;
import java.io.Serializable;
import java.util.List;

/** Another window that has been loaded: its offsets, and its indicators. */
record Swept(List<OffsetSpan> spans, long snapshot) implements Serializable {}
