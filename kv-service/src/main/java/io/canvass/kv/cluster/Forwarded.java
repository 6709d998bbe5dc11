package io.canvass.kv.cluster;

import io.canvass.proto.kv.v1.WriteResponse;

/** How handing a write to the leader ended. */
sealed interface Forwarded {
    /** The leader answered; its answer says whether the write was applied. */
    record Answered(WriteResponse response) implements Forwarded {}

    /** The request never left this node: surely not applied. */
    record NotSent(String why) implements Forwarded {}

    /** A bound of this node is reached, and the request never left it: surely not applied. */
    record Overloaded(String bound) implements Forwarded {}

    /** The request left, or may have left, and no answer will come: it may have been applied. */
    record Lost(String why) implements Forwarded {}
}
