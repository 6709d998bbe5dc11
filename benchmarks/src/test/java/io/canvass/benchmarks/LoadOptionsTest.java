package io.canvass.benchmarks;

import java.net.URI;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoadOptionsTest {
    @Test
    void onlyTheTargetMustBeSaid() {
        assertThat(parse("--target http://127.0.0.1:8081"))
                .isEqualTo(new LoadOptions(
                        List.of(URI.create("http://127.0.0.1:8081")),
                        LoadOptions.Kind.CANVASS,
                        LoadOptions.Op.PUT,
                        16,
                        256,
                        10_000,
                        1,
                        10,
                        2,
                        1,
                        10,
                        List.of(),
                        false));
    }

    @Test
    void everyOptionIsRead() {
        assertThat(parse("--kind etcd --op get --target http://a:1 http://b:2 --connections 3 --payload 4 --keys 5"
                        + " --seconds 6 --warmup 0 --threads 2 --timeout 7 --pids 8,9 --json --target http://c:3/"))
                .isEqualTo(new LoadOptions(
                        List.of(URI.create("http://a:1"), URI.create("http://b:2"), URI.create("http://c:3/")),
                        LoadOptions.Kind.ETCD,
                        LoadOptions.Op.GET,
                        3,
                        4,
                        5,
                        1,
                        6,
                        0,
                        2,
                        7,
                        List.of(8L, 9L),
                        true));
    }

    @Test
    void aBatchIsReadToo() {
        assertThat(parse("--target http://a --batch 50").batch()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--op put                             | --target is missing",
                "--target                             | --target is missing",
                "--target ftp://a                     | not 'ftp://a'",
                "--target http://a/path               | not 'http://a/path'",
                "--target http://a b:c                | not 'b:c'",
                "--target http://a --connections 0    | --connections takes a number from 1 to 100000, not '0'",
                "--target http://a --connections many | --connections takes a number from 1 to 100000, not 'many'",
                "--target http://a --keys 1000000000  | --keys takes a number from 1 to 999999999, not '1000000000'",
                "--target http://a --seconds          | --seconds takes one value, but got 0",
                "--target http://a --seconds 1 2      | --seconds takes one value, but got 2",
                "--target http://a --op delete        | --op is one of put, get, fill, not 'delete'",
                "--target http://a --kind redis       | --kind is one of canvass, etcd, not 'redis'",
                "--target http://a --batch 1001       | --batch takes a number from 1 to 1000, not '1001'",
                "--target http://a --batch 2 --op get | --batch goes with --kind canvass and --op put only",
                "--target http://a --batch 2 --kind etcd | --batch goes with --kind canvass and --op put only",
                "--target http://a --pids 1,x         | --pids takes numbers with commas between them, not '1,x'",
                "--target http://a --json yes         | --json takes no value, but got 'yes'",
                "--target http://a --verbose          | Unknown option '--verbose'",
            })
    void aWrongCommandLineIsNamedForWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(UsageException.class).hasMessageContaining(message);
    }

    private static LoadOptions parse(String line) {
        return LoadOptions.parse(List.of(line.split(" ", -1)));
    }
}
