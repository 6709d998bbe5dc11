# shellcheck shell=bash
# What the scripts of bin/ share. Works with bash 3.2 and what every Unix has; sourced, never run.

# The oldest Java that the service's classes load in.
readonly NEEDED_JAVA=25

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

usage_error() {
    printf '%s: %s\nTry: %s --help\n' "$(basename "$0")" "$*" "$0" >&2
    exit 2
}

# The feature version (25) of the JDK in a folder; nothing when there is none.
java_version_of() {
    local home=$1 text=""
    [ -x "$home/bin/java" ] || return 0
    if [ -r "$home/release" ]; then
        text=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    fi
    if [ -z "$text" ]; then
        text=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
    fi
    printf '%s' "$text"
}

is_new_enough() {
    local version
    version=$(java_version_of "$1")
    [ -n "$version" ] && [ "$version" -ge "$NEEDED_JAVA" ]
}

# Prints the home of a Java that is new enough: JAVA_HOME, then the one on the PATH, then the usual places.
find_java_home() {
    local candidate on_path
    if [ -n "${JAVA_HOME:-}" ] && is_new_enough "$JAVA_HOME"; then
        printf '%s' "$JAVA_HOME"
        return 0
    fi
    on_path=$(command -v java || true)
    if [ -n "$on_path" ]; then
        on_path=$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")
        candidate=$(dirname "$(dirname "$on_path")")
        if is_new_enough "$candidate"; then
            printf '%s' "$candidate"
            return 0
        fi
    fi
    if [ -x /usr/libexec/java_home ]; then
        candidate=$(/usr/libexec/java_home -v "$NEEDED_JAVA+" 2>/dev/null || true)
        if [ -n "$candidate" ] && is_new_enough "$candidate"; then
            printf '%s' "$candidate"
            return 0
        fi
    fi
    for candidate in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/openjdk-* /opt/*jdk* /opt/java/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
        "$HOME"/.local/share/mise/installs/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if is_new_enough "$candidate"; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}

# The same, or the end with a sentence that helps.
require_java_home() {
    find_java_home || fail "no Java $NEEDED_JAVA or newer was found. Install a JDK $NEEDED_JAVA" \
        "(Temurin, for example), or set JAVA_HOME to one that is there."
}

require_command() {
    local command=$1 remedy=$2
    command -v "$command" >/dev/null 2>&1 || fail "'$command' is needed, and is not installed. $remedy"
}

# Whether somebody listens on a port of this machine.
port_in_use() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The command line of a process on one line; nothing when there is no such process.
command_line_of() {
    if [ -r "/proc/$1/cmdline" ]; then
        tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true
    elif [ ! -d /proc/self ]; then
        ps -ww -o command= -p "$1" 2>/dev/null || true
    fi
}

# One letter for the state of a process: T is stopped, Z has ended; nothing when there is no such process.
state_of() {
    if [ -r "/proc/$1/stat" ]; then
        # The name may hold blanks and brackets: what follows the last bracket counts.
        sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null || true
    elif [ ! -d /proc/self ]; then
        ps -o state= -p "$1" 2>/dev/null | cut -c1 || true
    fi
}

# Reads JSON, prints one line for each value in it: details.leader.id=kv-1. Enough for what our own nodes answer; a
# JSON tool would be one more thing to install.
flatten_json() {
    awk '
        { text = text $0 "\n" }
        END { at = 1; value("") }
        function skip() { while (substr(text, at, 1) ~ /[ \t\r\n]/) at++ }
        function string(    from, c, out) {
            at++; out = ""
            while (at <= length(text)) {
                c = substr(text, at, 1)
                if (c == "\\") { out = out substr(text, at, 2); at += 2; continue }
                if (c == "\"") { at++; return out }
                out = out c; at++
            }
            return out
        }
        function value(path,    c, n, name, from) {
            skip(); c = substr(text, at, 1)
            if (c == "{") {
                at++; skip()
                while (substr(text, at, 1) == "\"") {
                    name = string(); skip(); at++
                    value(path == "" ? name : path "." name)
                    skip(); if (substr(text, at, 1) == ",") { at++; skip() }
                }
                at++
            } else if (c == "[") {
                at++; skip(); n = 0
                while (at <= length(text) && substr(text, at, 1) != "]") {
                    value(path "[" n++ "]")
                    skip(); if (substr(text, at, 1) == ",") { at++; skip() }
                }
                at++
            } else if (c == "\"") {
                print path "=" string()
            } else {
                from = at
                while (at <= length(text) && substr(text, at, 1) !~ /[],} \t\r\n]/) at++
                if (at == from) at++
                print path "=" substr(text, from, at - from)
            }
        }'
}

# One value of what flatten_json printed; nothing when it is not there.
json_value() {
    local flat=$1 path=$2 line
    while IFS= read -r line; do
        if [ "${line%%=*}" = "$path" ]; then
            printf '%s' "${line#*=}"
            return 0
        fi
    done <<<"$flat"
}
