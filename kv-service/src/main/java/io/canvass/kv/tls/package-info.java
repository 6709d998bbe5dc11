/** Certificates of this node: what its peers and clients are shown, when that changes, and when it ends. */
@NullMarked
package io.canvass.kv.tls;

import org.jspecify.annotations.NullMarked;
