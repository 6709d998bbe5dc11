/**
 * Backup and restore: the one file that a snapshot is ({@link io.canvass.kv.backup.SnapshotFormat}), made from a
 * running node ({@link io.canvass.kv.backup.Backups}), checked ({@link io.canvass.kv.backup.SnapshotCheck}), and made a
 * cluster again ({@link io.canvass.kv.backup.Restore}); and what a sole survivor does ({@link
 * io.canvass.kv.backup.SoleSurvivor}). Knows stores and raft-module, no HTTP, and of Spring no more than a helper for
 * files.
 */
@NullMarked
package io.canvass.kv.backup;

import org.jspecify.annotations.NullMarked;
