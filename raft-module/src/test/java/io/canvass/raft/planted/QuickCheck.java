package io.canvass.raft.planted;

import java.util.List;

/**
 * One check that is soon done, such as one test: {@code test core.FourLocksTest#lockThree}, {@code script 43-reads} or
 * {@code seeds 30}.
 *
 * @param word the word of a {@link Check}
 * @param what its arguments: the test, the script, how many seeds, and of {@code runs} the first of them if not 1
 */
record QuickCheck(String word, List<String> what) {
    static QuickCheck parse(String text) {
        List<String> words = List.of(text.split(" ", -1));
        if (words.size() < 2) {
            throw new PlantedFaultException("'" + text + "' is no check: it takes a kind and what is run");
        }
        Check.named(words.getFirst());
        return new QuickCheck(words.getFirst(), words.subList(1, words.size()));
    }

    Finding run(Variant variant) {
        Check check = Check.named(word);
        return check.run(variant, what);
    }

    @Override
    public String toString() {
        return word + " " + String.join(" ", what);
    }
}
