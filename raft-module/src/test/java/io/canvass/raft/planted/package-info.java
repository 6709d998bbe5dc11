/**
 * Faults planted on purpose, each a small change of the source that a careful engineer could make, and the checks that
 * are to catch them: unit tests, scripts, the simulator. A check that has never failed is not yet a check.
 *
 * <p>The faults are text files in {@code src/test/resources/planted}; its README says how one is written. Production
 * code knows nothing of them: a {@link io.canvass.raft.planted.Variant} is compiled from the changed source and lives
 * in a class loader of its own.
 */
@NullMarked
package io.canvass.raft.planted;

import org.jspecify.annotations.NullMarked;
