/** The Raft store: log, epoch, vote and identity in one RocksDB, one synced batch per drain. Knows the core's values, never its protocol. */
@NullMarked
package io.canvass.raft.storage;

import org.jspecify.annotations.NullMarked;
