package io.canvass.kv.e2e;

import java.util.List;

/** Stays with a node until it fails, then turns to the next. For one client. */
final class NextOnFailure implements Route {
    private final List<String> urls;
    private int current;

    /** @param first the node to begin with, by its place in the list */
    NextOnFailure(List<String> urls, int first) {
        this.urls = List.copyOf(urls);
        this.current = first % urls.size();
    }

    @Override
    public String next() {
        return urls.get(current);
    }

    @Override
    public void settled(String url, Http.Reply reply, long nanos) {
        if (reply.reach() != Http.Reach.ANSWERED || reply.status() >= 500) {
            current = (current + 1) % urls.size();
        }
    }
}
