/** The state machine: keys, values and revisions in a RocksDB of its own. Knows neither HTTP nor Spring. */
@NullMarked
package io.canvass.kv.store;

import org.jspecify.annotations.NullMarked;
