/** What operators and probes see, from memory. */
@NullMarked
package io.canvass.kv.health;

import org.jspecify.annotations.NullMarked;
