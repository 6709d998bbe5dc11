package io.canvass.kv.api.calls;

import java.util.Optional;

import io.canvass.kv.cluster.Replication.Staleness;

/**
 * How fresh a read is, which its answer is labelled with.
 *
 * @param had what it was confirmed by: a lease read that had to be confirmed by a majority is linearizable
 * @param staleness of a local read: how old what is read next may be at most
 */
public record Freshness(Consistency had, Optional<Staleness> staleness) {}
