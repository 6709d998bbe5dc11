package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.canvass.raft.core.Bytes;

/** Gives each value a number, the same to equal ones; and to what it would be if replicas were called otherwise. */
final class Table<T> {
    private static final int UNKNOWN = -1;

    private final int[][] renamings;
    private final Map<Bytes, Integer> prints = new HashMap<>();
    private final Map<Integer, Integer> numberOfPrint = new HashMap<>();
    private final List<T> values = new ArrayList<>();
    private final List<int[]> images = new ArrayList<>();

    /** @param renamings the first changes nothing */
    Table(int[][] renamings) {
        this.renamings = renamings;
    }

    int size() {
        return values.size();
    }

    T get(int number) {
        return values.get(number);
    }

    int numberOf(T value) {
        int print = print(value, renamings[0]);
        Integer known = numberOfPrint.putIfAbsent(print, values.size());
        if (known != null) {
            return known;
        }
        values.add(value);
        int[] image = new int[renamings.length];
        Arrays.fill(image, UNKNOWN);
        image[0] = print;
        images.add(image);
        return values.size() - 1;
    }

    /** A number for this value with replicas renamed; that of another value, if it is that one. */
    int image(int number, int renaming) {
        int[] image = images.get(number);
        if (image[renaming] == UNKNOWN) {
            image[renaming] = print(values.get(number), renamings[renaming]);
        }
        return image[renaming];
    }

    @SuppressWarnings("NullAway") // A record, or it would not be here.
    private int print(T value, int[] names) {
        Bytes print = Fingerprint.of(value, names);
        Integer known = prints.putIfAbsent(print, prints.size());
        return known == null ? prints.size() - 1 : known;
    }
}
