/**
 * Leases, and the locks and elections that live on them (KV-API.md, section 6).
 */
@NullMarked
package io.canvass.kv.api.lease;

import org.jspecify.annotations.NullMarked;
