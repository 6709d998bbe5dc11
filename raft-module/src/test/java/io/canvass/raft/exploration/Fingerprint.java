package io.canvass.raft.exploration;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * A value written out, field by field, so that equal bytes are equal values; with replicas called by other names if
 * asked.
 */
final class Fingerprint {
    private final int[] names;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private final DataOutputStream out = new DataOutputStream(bytes);
    private final IdentityHashMap<Object, Integer> written = new IdentityHashMap<>();

    private Fingerprint(int[] names) {
        this.names = names;
    }

    /** @param names for the number of each replica that by which it is called */
    static Bytes of(Object value, int[] names) {
        Fingerprint print = new Fingerprint(names);
        try {
            print.write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.wrap(print.bytes.toByteArray());
    }

    private void write(@Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte(0);
            case Long number -> out.writeLong(number);
            case Integer number -> out.writeInt(number);
            case Boolean flag -> out.writeBoolean(flag);
            case Enum<?> constant -> out.writeUTF(constant.name());
            case String text -> out.writeUTF(named(text));
            case ReplicaKey key -> out.writeByte(key.isNone() ? -1 : names[Cluster.numberOf(key)]);
            case UUID id -> {} // One cluster; directories go by the names of nodes.
            case Configuration.Member member -> {}
            case Configuration configuration -> {}
            case Entry entry -> writeEntry(entry);
            case Entry[] ring -> {
                for (Entry entry : ring) {
                    write(entry);
                }
            }
            case Map<?, ?> map -> writeMap(map);
            case Set<?> set -> writeNames(set);
            case Collection<?> list when !list.isEmpty() && list.iterator().next() instanceof String ->
                    writeNames(list);
            case Collection<?> list -> {
                out.writeByte(list.size());
                for (Object element : list) {
                    write(element);
                }
            }
            default -> writeFields(value);
        }
    }

    private String named(String text) {
        boolean isNode = text.length() == 2 && text.charAt(0) == 'n';
        return isNode ? "n" + (names[text.charAt(1) - '1'] + 1) : text;
    }

    private void writeEntry(Entry entry) throws IOException {
        out.writeLong(entry.index());
        out.writeLong(entry.epoch());
        out.writeByte(entry.kind().code());
        if (entry.kind() != EntryKind.CONFIGURATION) {
            out.writeUTF(named(entry.data().toUtf8()));
        }
    }

    private void writeNames(Collection<?> texts) throws IOException {
        List<String> sorted = new ArrayList<>();
        for (Object text : texts) {
            sorted.add(named((String) text));
        }
        Collections.sort(sorted);
        out.writeByte(sorted.size());
        for (String text : sorted) {
            out.writeUTF(text);
        }
    }

    private void writeMap(Map<?, ?> map) throws IOException {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(named((String) key), value));
        out.writeByte(sorted.size());
        for (Map.Entry<String, Object> entry : sorted.entrySet()) {
            out.writeUTF(entry.getKey());
            write(entry.getValue());
        }
    }

    private void writeFields(Object value) throws IOException {
        Shape shape = Shape.of(value.getClass());
        if (!shape.ofRecord()) {
            Integer known = written.putIfAbsent(value, written.size());
            if (known != null) {
                out.writeByte(known);
                return;
            }
        }
        out.writeInt(value.getClass().getName().hashCode());
        for (int i = 0; i < shape.fields().size(); i++) {
            Merge merge = shape.merges().get(i);
            if (merge != Merge.SHARE && merge != Merge.SCRATCH) {
                write(shape.get(i, value));
            }
        }
    }
}
