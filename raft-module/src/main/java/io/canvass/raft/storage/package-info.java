/**
 * The Raft store: log, epoch, vote and identity in one RocksDB, one synced batch per drain. Knows the core's values,
 * never its protocol.
 *
 * <p>{@link io.canvass.raft.storage.RocksRaftStore} is the way in. Only {@code LogDatabase} opens a database, only
 * {@code LogWriter} and the two places that format and count starts write to one, and every write is synced. {@code
 * LogReclaimer} changes what a database takes on the disk, never what is in it.
 */
@NullMarked
package io.canvass.raft.storage;

import org.jspecify.annotations.NullMarked;
