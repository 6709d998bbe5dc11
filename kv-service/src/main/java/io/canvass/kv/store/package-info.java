/**
 * The state machine: keys, values and revisions in a RocksDB of its own. Knows neither HTTP nor Spring.
 *
 * <p>{@link io.canvass.kv.store.KvStore} is the door; the layout of the column families is written down in
 * {@link io.canvass.kv.store.KeyLayout}, the layout of the directory in {@link io.canvass.kv.store.StateDirectories}.
 */
@NullMarked
package io.canvass.kv.store;

import org.jspecify.annotations.NullMarked;
