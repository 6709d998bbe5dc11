package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/**
 * The log behind the directory {@code store-format-1.zip}, which the last version of format 1 wrote. Neither is ever
 * changed.
 */
final class FormatOneLog {
    static final long ENTRIES = 240;

    private FormatOneLog() {}

    /** The entries from {@code first} to {@code last}, both inclusive. */
    static List<Entry> entries(long first, long last) {
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            entries.add(index % 40 == 1
                    ? TestLog.entry(index, EntryKind.LEADER_CHANGE, new byte[0])
                    : TestLog.entry(index, command(index)));
        }
        return entries;
    }

    private static Command command(long index) {
        ByteString key = ByteString.copyFrom(new byte[] {'k', (byte) (index % 17), (byte) (index % 3)});
        return index % 7 == 0 ? TestLog.delete(key) : TestLog.put(key, ByteString.copyFromUtf8("value of " + index));
    }
}
