package io.canvass.raft.transport;

/**
 * Marks a service that nodes may call that are no members of the cluster: it looks itself at who calls ({@link PeerCaller}). All
 * others are, where TLS is on, for members only.
 */
public interface ServedToStrangers {}
