package io.trawl.lake;

import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;

/**
 * A table's commits in a database, of which a failed one is looked for before it counts as failed. A connection may break
 * when the database has done what it was asked; Iceberg asks again then, is told that the table has changed, and would
 * delete the files of a commit that holds.
 */
final class ConfirmedCommits extends ForwardingOperations {
    ConfirmedCommits(TableOperations operations) {
        super(operations);
    }

    @Override
    public void commit(@Nullable TableMetadata base, TableMetadata metadata) {
        try {
            operations.commit(base, metadata);
        } catch (CommitFailedException | UncheckedSQLException e) {
            if (!isDone(base, metadata, e)) {
                throw e;
            }
        }
    }

    /** Whether the table has the snapshot that the commit was to add. */
    private boolean isDone(@Nullable TableMetadata base, TableMetadata metadata, RuntimeException failure) {
        Snapshot added = metadata.currentSnapshot();
        if (added == null || base != null && base.snapshot(added.snapshotId()) != null) {
            return false;
        }
        try {
            TableMetadata now = operations.refresh();
            return now != null && now.snapshot(added.snapshotId()) != null;
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            throw new CommitStateUnknownException(failure);
        }
    }
}
