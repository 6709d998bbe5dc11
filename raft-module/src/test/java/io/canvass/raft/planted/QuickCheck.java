package io.canvass.raft.planted;

import java.util.List;

/**
 * One check that is soon done, such as one test: {@code test core.FourLocksTest#lockThree}, {@code script 43-reads} or
 * {@code seeds 30}.
 *
 * @param word the word of a {@link Check}
 * @param what the test, the script, how many seeds
 */
record QuickCheck(String word, String what) {
    static QuickCheck parse(String text) {
        List<String> words = List.of(text.split(" ", -1));
        if (words.size() != 2) {
            throw new PlantedFaultException("'" + text + "' is no check: it takes a kind and one word");
        }
        Check.named(words.getFirst());
        return new QuickCheck(words.getFirst(), words.getLast());
    }

    Finding run(Variant variant) {
        Check check = Check.named(word);
        return check.run(variant, List.of(what));
    }

    @Override
    public String toString() {
        return word + " " + what;
    }
}
