/** How this node comes to belong to a cluster, and how it ceases to (docs/members.md). */
@NullMarked
package io.canvass.kv.members;

import org.jspecify.annotations.NullMarked;
