package io.canvass.raft.storage;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import org.jspecify.annotations.Nullable;

/**
 * What a sound Raft store holds, as {@link RocksRaftStore#inspect} found it.
 *
 * @param begin the place before the log's first entry
 * @param installing the snapshot whose installation was noted and not finished; null for none
 * @param configuration the latest that the node knows, committed or not
 */
public record StoreInspection(
        StorageIdentity identity,
        HardState state,
        LogPosition begin,
        LogPosition end,
        @Nullable LogPosition installing,
        Configuration configuration) {}
