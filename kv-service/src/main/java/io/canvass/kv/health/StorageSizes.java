package io.canvass.kv.health;

import java.util.Map;

/** Bytes on disk by store ({@code raft}, {@code state}), roughly and from memory. The set of stores never changes. */
@FunctionalInterface
public interface StorageSizes {
    Map<String, Long> bytes();
}
