/** The disks that this node's data lies on: how much room they have. Knows nothing of what is stored there. */
@NullMarked
package io.canvass.kv.disk;

import org.jspecify.annotations.NullMarked;
