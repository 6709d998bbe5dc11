/**
 * {@code kvctl}: what an operator does from a shell, as subcommands of the service's jar (OPERATIONS.md). Those for a running
 * cluster speak HTTP to any of its nodes; those for a data directory need no node. Spring is not started for either.
 */
@NullMarked
package io.canvass.kv.tools;

import org.jspecify.annotations.NullMarked;
