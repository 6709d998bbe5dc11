package io.canvass.kv.api.json;

import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.StoredValue;
import io.canvass.raft.core.Bytes;

/** Answers of one JSON object per line, the last of which says that it was all. */
public final class NdJson {
    /** Of answers, as {@code Accept} asks for it. */
    public static final String MEDIA_TYPE = "application/x-ndjson";

    private NdJson() {}

    /** The lines of one kind of answer; each ends in a newline, or there is none at all. */
    public interface Lines {
        byte[] first(long revision);

        byte[] item(StoredValue entry);

        byte[] last(long revision, long count);
    }

    /** Of {@code GET /v1/kv}. */
    public record Range(RangeQuery.Content content) implements Lines {
        @Override
        public byte[] first(long revision) {
            return new byte[0];
        }

        @Override
        public byte[] item(StoredValue entry) {
            return KvJson.object(json -> KvJson.item(json, entry, content));
        }

        @Override
        public byte[] last(long revision, long count) {
            return KvJson.object(json -> {
                json.writeNumberProperty("revision", revision);
                json.writeNumberProperty("count", count);
            });
        }
    }

    /** Of {@code GET /v1/export}, as imports read it. */
    public record Export(Bytes prefix) implements Lines {
        static final int FORMAT = 1;

        @Override
        public byte[] first(long revision) {
            return KvJson.object(json -> {
                json.writeNumberProperty("export", FORMAT);
                json.writeNumberProperty("revision", revision);
                KvJson.textOrBytes(json, "prefix", prefix);
            });
        }

        @Override
        public byte[] item(StoredValue entry) {
            return KvJson.object(json -> KvJson.entry(json, entry));
        }

        @Override
        public byte[] last(long revision, long count) {
            return KvJson.object(json -> {
                json.writeBooleanProperty("end", true);
                json.writeNumberProperty("count", count);
            });
        }
    }
}
