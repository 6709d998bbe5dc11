/** Which request a line of the log is of. */
@NullMarked
package io.canvass.kv.logging;

import org.jspecify.annotations.NullMarked;
