/**
 * What operators ask for: members, snapshots, compaction, the version (KV-API.md, section 7; docs/api-admin.md).
 */
@NullMarked
package io.canvass.kv.api.admin;

import org.jspecify.annotations.NullMarked;
